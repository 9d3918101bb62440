import { TidemarkError } from '#core/errors.ts'
import { visible } from '#core/reading.ts'
import { COMMANDS } from './commands.ts'

/** Codes of the operating system that say what to do next better than a stack. */
const SYSTEM: Record<string, { code: 'STORE_FULL' | 'STORE_READ_ONLY' | 'FILE_INVALID'; fix: string }> = {
  ENOSPC: { code: 'STORE_FULL', fix: 'Free some space on that disk, then run the same command again.' },
  EDQUOT: { code: 'STORE_FULL', fix: 'Free some of your quota, then run the same command again.' },
  EROFS: {
    code: 'STORE_READ_ONLY',
    fix: 'Choose a place that can be written to, with --data-dir or --output.',
  },
  EACCES: { code: 'FILE_INVALID', fix: 'Give yourself the right to that file, or name another one.' },
  EPERM: { code: 'FILE_INVALID', fix: 'Give yourself the right to that file, or name another one.' },
  ENOENT: { code: 'FILE_INVALID', fix: 'Check the path.' },
  EISDIR: { code: 'FILE_INVALID', fix: 'Name a file, not a folder.' },
  ENOTDIR: { code: 'FILE_INVALID', fix: 'Check the path: a part of it is a file.' },
}

/** Whatever was thrown, as the one error of the project. */
export function failureOf(thrown: unknown): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown
  if (!(thrown instanceof Error)) return internal(thrown)
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  if (code === 'commander.help') return usageFault('no command was named')
  if (code.startsWith('commander.')) return usageFault(thrown.message)
  const system = SYSTEM[code]
  if (system !== undefined) {
    return new TidemarkError(system.code, {
      message: sentence(thrown.message),
      fix: system.fix,
      cause: thrown,
    })
  }
  return internal(thrown)
}

/** Of an error that is not the project's own only the kind is told; what a library says may hold an address. */
function internal(cause: unknown): TidemarkError {
  const kind = cause instanceof Error ? cause.name : typeof cause
  return new TidemarkError('INTERNAL', {
    message: `Unexpected ${kind}.`,
    fix: 'This is a fault of tidemark: run again with --debug and report what it prints.',
    cause,
  })
}

/** Commander writes `error: unknown command 'pln'` and, on a line of its own, `(Did you mean pnl?)`. */
function usageFault(text: string): TidemarkError {
  const [first = '', ...rest] = text.replace(/^error: /, '').split('\n')
  const hint = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1]
  const fix =
    secondWords(first) ??
    hyphenId(first) ??
    (hint === undefined ? 'Run "tidemark --help".' : `Did you mean ${hint}? Else run "tidemark --help".`)
  return new TidemarkError('USAGE', { message: sentence(first), fix })
}

/** Of a command of two words only the first was given. */
function secondWords(text: string): string | null {
  const word = /^unknown command '(.*)'$/.exec(text.trim())?.[1]
  const names = COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(`${word ?? ''} `))
  if (word === undefined || names.length === 0) return null
  return `Run ${names.map((name) => `"tidemark ${name}"`).join(' or ')}.`
}

/** The id of a flow, which may begin with a hyphen, looks like an option. */
function hyphenId(text: string): string | null {
  const id = /^unknown option '(-[\w-]{21}(?:\.\d+)?)'$/.exec(text.trim())?.[1]
  return id === undefined ? null : `If it is the id of a flow, put -- before it: -- ${id}`
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`
}

/** The error as a person reads it: what, every fault, what was tried, and last, what to do. */
export function describeFailure(error: TidemarkError): string {
  // What a user typed or a provider sent may hold characters that a terminal would obey.
  const lines = [
    `✗ ${visible(error.message)}`,
    ...error.faults.map((fault) => `  · ${visible(fault)}`),
    ...error.tried.map((tried) => `  tried ${visible(tried)}`),
    `  → ${visible(error.fix)}`,
  ]
  return `${lines.join('\n')}\n`
}
