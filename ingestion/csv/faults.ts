import { basename } from 'node:path'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'

const KEPT = 100

/** Faults of a file: the first hundred, each with file, line and field, and how many there are. */
export class FileFaults {
  readonly texts: string[] = []
  count = 0
  private readonly file: string

  constructor(file: string | null) {
    this.file = file === null ? 'input' : basename(file)
  }

  add(line: number, field: string | null, text: string): void {
    this.count++
    if (this.texts.length >= KEPT) return
    this.texts.push(`${this.file}:${line}${field === null ? '' : ` ${field}`}: ${text}`)
  }

  error(code: ErrorCode, what: string): TidemarkError {
    const left = this.count - this.texts.length
    return new TidemarkError(code, {
      message: `${this.file} has ${this.count === 1 ? 'a fault' : `${this.count} faults`}; nothing of it was taken.`,
      faults: left > 0 ? [...this.texts, `and ${left} more`] : this.texts,
      fix: `Correct ${what} and run the same command again.`,
    })
  }
}
