import { parseEnv } from 'node:util'

/** What a `.env` says, and the lines in it that say nothing because they are no `NAME=value`. */
export type EnvFile = {
  readonly values: Readonly<Record<string, string>>
  readonly faults: readonly string[]
}

const LINE = /^\s*(?:#.*|(?:export\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*=.*)?$/
const QUOTED = /=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)/g

/** Reads the text of a `.env`. A line that would be passed over in silence is a fault instead. */
export function readEnvFile(text: string): EnvFile {
  if (text.length > 1_000_000) return { values: {}, faults: ['.env is larger than 1 MB: it is not read'] }
  const clean = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  // A value in quotes may run over several lines: those become comments here, which are no faults.
  const lines = clean
    .replace(QUOTED, (value) => value.replace(/[^\n=]/g, '').replace(/\n/g, '\n#'))
    .split('\n')
  const wrong = new Set(lines.flatMap((line, at) => (LINE.test(line) ? [] : [at])))
  const faults = [...wrong].map((at) => `.env line ${at + 1}: write it as NAME=value, or put # before it`)
  // Node would take a line without "=" for the beginning of the next line's name.
  const readable = clean.split('\n').map((line, at) => (wrong.has(at) ? '' : line))
  return { values: parseEnv(readable.join('\n')) as Record<string, string>, faults: faults.slice(0, 20) }
}
