import type { Command } from 'commander'
import type { Cli } from './context.ts'
import type { Outcome } from './output.ts'

/** A command's work, as commander hands it its arguments: positionals first, then the options. */
export type Handler<Args extends unknown[]> = (cli: Cli, ...args: Args) => Promise<Outcome>

/** Turns a handler into a commander action that keeps the outcome for the end. */
export type Act = <Args extends unknown[]>(handler: Handler<Args>) => (...args: Args) => Promise<void>

/** A command: its examples, arguments and options, put onto a command that has its name and summary. */
export type CommandModule = {
  readonly define: (command: Command, act: Act) => void
}

/** Lines of examples for the head of a command's help, each with what it does. */
export function examples(command: Command, lines: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...lines.map(([call]) => call.length))
  const text = lines.map(([call, says]) => `  $ ${call.padEnd(width)}   ${says}`.trimEnd())
  return command.addHelpText('before', `Examples:\n${text.join('\n')}\n`)
}
