import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { DAY_MS } from '#core/hour.ts'
import { scrub } from '../cli/secrets.ts'

/** Log files older than this are deleted when a job begins. */
const KEEP_DAYS = 30

export type LogFile = { readonly path: string; readonly log: Logger; readonly close: () => void }

/**
 * The log of jobs: JSON lines in `logs/` of the data folder, one file a UTC day, readable by its owner only.
 * Reads write none. Loaded when a job begins, since pino costs a cold start more than a whole query.
 */
export async function openLog(dataDir: string, level: string, now: number): Promise<LogFile> {
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  dropOld(folder, now)
  const path = join(folder, `tidemark-${new Date(now).toISOString().slice(0, 10)}.log`)
  const { pino } = await import('pino')
  const file = pino.destination({ dest: path, append: true, mode: 0o600, sync: true })
  const log = pino(
    { level, base: { pid: process.pid } },
    { write: (line: string) => file.write(obeyedByNone(scrub(line))) },
  )
  return { path, log, close: () => file.end() }
}

// JSON escapes the oldest of what a terminal obeys; these it lets through, and `cat` of a log would obey them.
const OBEYED = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const obeyedByNone = (line: string): string =>
  line.replace(OBEYED, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The same on stderr, for a server whose data folder can only be read. */
export async function openErrorLog(level: string): Promise<LogFile> {
  const { pino } = await import('pino')
  const write = (line: string) => void process.stderr.write(obeyedByNone(scrub(line)))
  const log = pino({ level, base: { pid: process.pid } }, { write })
  return { path: 'here', log, close: () => undefined }
}

function dropOld(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!/^tidemark-\d{4}-\d\d-\d\d\.log$/.test(name)) continue
    if (now - statSync(path).mtimeMs > KEEP_DAYS * DAY_MS) unlinkSync(path)
  }
}
