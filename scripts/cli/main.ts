import { TidemarkError } from '#core/errors.ts'
import { errorDocument } from '#delivery/error-json.ts'
import type { Act } from './command.ts'
import { COMMANDS, joinWords } from './commands.ts'
import type { Cli } from './context.ts'
import { describeFailure, failureOf } from './failure.ts'
import { groupHelp } from './groups.ts'
import { Output, survivePipes, writeDocument, type Outcome } from './output.ts'
import { buildProgram, globalsOf } from './program.ts'
import { scrub } from './secrets.ts'
import { listenForSignals, type Stop } from './signals.ts'

/**
 * Runs one command line to its end and leaves with its exit code. Every way out passes here: a result, help, an
 * error of usage or of the command, a signal; with `--json` each of them is one document on stdout.
 * @param argv arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<void> {
  // Whatever this program writes (store, backups, logs, exports) says what somebody owns; SQLite makes its files with
  // the process' own mask, so it is set once, before the first of them.
  process.umask(0o077)
  survivePipes()
  const asked = askedFor(argv)
  const stop = listenForSignals(
    (text) => process.stderr.write(`${text}\n`),
    (error) => process.exit(fail(error, asked)),
  )
  let exitCode: number
  try {
    exitCode = await Promise.race([run(argv, stop, asked.json), stop.ended])
  } catch (error) {
    exitCode = fail(stop.error() ?? error, asked)
  }
  // Handles that nobody waits for (keep-alive sockets, timers) must not hold the process; output is flushed first.
  process.stdout.write('', () => process.exit(exitCode))
}

type Asked = { readonly json: boolean; readonly debug: boolean }

/** How failures are shown has to be known before the command line is parsed, since parsing may fail. */
function askedFor(argv: readonly string[]): Asked {
  const end = argv.indexOf('--')
  const options = end < 0 ? argv : argv.slice(0, end)
  return { json: options.includes('--json'), debug: options.includes('--debug') }
}

async function run(argv: readonly string[], stop: Stop, json: boolean): Promise<number> {
  let outcome: Outcome | null = null
  let cli: Cli | null = null
  const act: Act =
    (handler) =>
    async (...args) => {
      const globals = globalsOf(program)
      const out = new Output({ json: globals.json, quiet: globals.quiet, colour: globals.color })
      cli = { globals, out, stop }
      outcome = await handler(cli, ...args)
    }
  const group = groupHelp(argv)
  if (group !== null) return writeHelp(group, json)
  const help: string[] = []
  const program = buildProgram(act, { help: (text) => void help.push(text) })
  try {
    await program.parseAsync(joinWords(helpAsOption(argv)), { from: 'user' })
  } catch (error) {
    if (isHelp(error)) return writeHelp(help.join(''), json)
    if (!json) process.stderr.write(help.join(''))
    throw error
  }
  return finish(outcome, cli, stop)
}

/** `help pnl` is `pnl --help`: commander would print it before the command has got its options. */
function helpAsOption(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => !word.startsWith('-'))
  const named = argv[at + 1]
  if (argv[at] !== 'help' || named === undefined) return [...argv]
  const known = COMMANDS.some(({ name }) => name === named || name === `${named} ${argv[at + 2] ?? ''}`)
  return [...argv.slice(0, at), ...argv.slice(at + 1), ...(known ? ['--help'] : [])]
}

async function finish(outcome: Outcome | null, cli: Cli | null, stop: Stop): Promise<number> {
  if (outcome === null || cli === null) {
    throw new TidemarkError('USAGE', {
      message: 'No command was named.',
      fix: 'Run "tidemark --help".',
    })
  }
  const stopped = stop.error()
  if (stopped !== null) throw stopped
  await cli.out.result(outcome)
  return outcome.exitCode
}

function writeHelp(text: string, json: boolean): number {
  if (json) writeDocument({ help: text })
  else process.stdout.write(text)
  return 0
}

/** Commander ends `--help`, `help` and `--version` by an exception with exit code 0. */
function isHelp(error: unknown): boolean {
  return error instanceof Error && 'exitCode' in error && 'code' in error && error.exitCode === 0
}

/** Shows an error where it is looked for and returns its exit code. */
function fail(thrown: unknown, asked: Asked): number {
  const error = failureOf(thrown)
  if (asked.json) writeDocument(errorDocument(error))
  else process.stderr.write(scrub(describeFailure(error)))
  if (asked.debug) for (const text of stacks(error)) process.stderr.write(`${scrub(text)}\n`)
  return error.exitCode
}

/** Where an error came from, and what it came from. */
function stacks(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  return [error.stack ?? error.message, ...stacks(error.cause).map((text) => `caused by ${text}`)]
}
