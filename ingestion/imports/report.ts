/** What was made of the rows of a file, filled while it is read. */
export class ImportReport {
  /** Rows with something in them, the header left out. */
  rows = 0
  /** Rows that no flow was made of, by reason. */
  readonly passed = new Map<string, Lines>()
  /** Rows that were not understood, as `file:line field: fault`; the first hundred, and how many. */
  faults: readonly string[] = []
  faulty = 0
  /** Symbols that nobody knows, with how often they came. */
  unknown: ReadonlyMap<string, number> = new Map()

  /** Words of the file that its format makes nothing of, by column and word, with how often they came. */
  readonly unread = new Map<string, { readonly column: string; readonly word: string; count: number }>()

  notUnderstood(column: string, word: string): void {
    const key = `${column} ${word}`
    const known = this.unread.get(key)
    if (known !== undefined) known.count++
    else if (this.unread.size < MOST_LINES) this.unread.set(key, { column, word, count: 1 })
  }

  pass(reason: string, line: number): void {
    let lines = this.passed.get(reason)
    if (lines === undefined) this.passed.set(reason, (lines = { count: 0, first: [] }))
    lines.count++
    if (lines.first.length < MOST_LINES) lines.first.push(line)
  }
}

/** How many lines, and the first thousand of them. */
export type Lines = { count: number; readonly first: number[] }
const MOST_LINES = 1_000
