import { Option, type Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { timeOption } from '../cli/times.ts'

export type ValueOptions = { all?: true; at?: number }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark value', 'every portfolio that is stored, one line each, at the last full hour'],
    ['tidemark value --portfolio main', 'one of them'],
    ['tidemark value --at 2026-11-01T00:00Z', 'as of that hour; the snapshots are stored too'],
    ["tidemark value --json | jq '.portfolios[] | {portfolio, value}'", ''],
  ])
    .option('--all', 'every portfolio of every owner (the default)')
    .addOption(
      new Option('--at <time>', 'the hour mark, UTC (default: the last full hour)').argParser(
        timeOption('--at'),
      ),
    )
    .action(
      act(async (cli, options: ValueOptions) => (await import('./value/run.ts')).runValue(cli, options)),
    )
}
