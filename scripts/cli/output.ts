import { scrub } from './secrets.ts'
import { wantsColour, widthOf } from './terminal.ts'

/** What a command ends with: one result, as text for people and as a document for machines, and its exit code. */
export type Outcome = {
  readonly exitCode: number
  /** Null prints nothing (the command wrote its result itself). */
  readonly text: (() => string | Promise<string>) | null
  readonly document: (() => object) | null
}

const INVENTED = 'INVENTED DATA: these are the prices and holdings of "tidemark demo", not real ones.'

/** Nothing but results goes to stdout; everything else is a note on stderr. */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly colour: { readonly stdout: boolean; readonly stderr: boolean }
  /** Everything in the data folder is the demo's: each result says so. */
  invented = false

  constructor(options: { json: boolean; quiet: boolean; colour: boolean }) {
    this.json = options.json
    this.quiet = options.quiet
    this.colour = {
      stdout: wantsColour(process.stdout, process.env, options.colour),
      stderr: wantsColour(process.stderr, process.env, options.colour),
    }
  }

  /** Columns that a result may use; null where stdout is no terminal. */
  get width(): number | null {
    return widthOf(process.stdout)
  }

  /** A line for the person who waits; `--quiet` silences it. */
  note(text: string): void {
    if (!this.quiet) process.stderr.write(`${scrub(text)}\n`)
  }

  /** A line that `--quiet` does not silence: failures, and what stands in the way of a right reading. */
  warn(text: string): void {
    process.stderr.write(`${scrub(text)}\n`)
  }

  /** Writes the one result of the command. */
  async result(outcome: Outcome): Promise<void> {
    if (this.json) {
      const label = this.invented ? { invented: true } : {}
      if (outcome.document !== null) writeDocument({ ...label, ...outcome.document() })
      return
    }
    const text = await outcome.text?.()
    if (text && this.invented) process.stdout.write(`${INVENTED}\n\n`)
    if (text) process.stdout.write(scrub(text.endsWith('\n') ? text : `${text}\n`))
  }
}

/** One JSON document on stdout; `schemaVersion` comes first in every one of them. */
export function writeDocument(document: object): void {
  process.stdout.write(`${scrub(JSON.stringify({ schemaVersion: 1, ...document }))}\n`)
}

/** A reader that goes away (`| head`) ends the program quietly; that is no failure. */
export function survivePipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.stderr.on('error', () => undefined)
}
