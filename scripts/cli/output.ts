import { once } from 'node:events'
import { scrub } from './secrets.ts'
import { wantsColour, widthOf } from './terminal.ts'

/** What a command ends with: one result, as text for people and as a document for machines, and its exit code. */
export type Outcome = {
  readonly exitCode: number
  /** Null prints nothing (the command wrote its result itself). */
  readonly text: (() => string | Promise<string>) | null
  readonly document: (() => object) | null
}

/** Stands above everything that the demo's folder answers. */
export const INVENTED = 'INVENTED DATA: these are the prices and holdings of "tidemark demo", not real ones.'

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

/** One JSON document on stdout; `schemaVersion` comes first in every one of them. Ends one that was begun. */
export function writeDocument(document: object): void {
  if (begun !== null) return endDocument(document, begun)
  process.stdout.write(`${scrub(JSON.stringify({ schemaVersion: 1, ...document }))}\n`)
}

/** Fields that stand at the head of the document that was begun, if one was. */
let begun: ReadonlySet<string> | null = null

/**
 * Begins a document whose last field is a list too long to stand in memory. What ends the program (its result, an
 * error, a signal) closes it: the fields of that come after the list, so that it parses on every outcome.
 * @returns adds items to the list, and waits where the reader is slower
 */
export function beginDocument(head: object, list: string): (items: readonly object[]) => Promise<void> {
  const whole = { schemaVersion: 1, ...head, [list]: [] }
  process.stdout.write(scrub(JSON.stringify(whole).slice(0, -2)))
  begun = new Set(Object.keys(whole))
  let first = true
  return async (items) => {
    if (begun === null || items.length === 0) return
    const rows = items.map((item) => JSON.stringify(item)).join(',\n')
    const ready = process.stdout.write(`${first ? '\n' : ',\n'}${scrub(rows)}`)
    first = false
    if (!ready) await once(process.stdout, 'drain')
  }
}

function endDocument(document: object, head: ReadonlySet<string>): void {
  begun = null
  const rest = Object.entries(document).filter(([name]) => !head.has(name))
  const fields = JSON.stringify(Object.fromEntries(rest)).slice(1, -1)
  process.stdout.write(`]${fields === '' ? '' : `,${scrub(fields)}`}}\n`)
}

/** A reader that goes away (`| head`) ends the program quietly; that is no failure. */
export function survivePipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.stderr.on('error', () => undefined)
}
