import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { EXPORTS, type ExportFormat, type ExportWhat } from '#delivery/export/names.ts'
import { examples, type Act } from '../cli/command.ts'
import { assetOption } from '../cli/options.ts'
import { timeOption } from '../cli/times.ts'

export type ExportOptions = {
  asset?: AssetId[]
  from?: number
  to?: number
  what: ExportWhat
  format: ExportFormat
  output?: string
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark export --what pnl --output pnl.csv', 'every hour of every token; seven days'],
    ['tidemark export --what flows --format json', 'to stdout'],
    ['tidemark export --what prices --asset bitcoin --from 2026-01-01 --output btc.csv', ''],
  ])
    .addOption(new Option('--what <what>', 'what to write').choices([...EXPORTS]).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'how').choices(['csv', 'json']).default('csv'))
    .option('-o, --output <file>', 'written whole or not at all ("-" or nothing: stdout)')
  assetOption(command)
    .option('--from <time>', 'first hour, UTC (default: seven days; flows: all)', timeOption('--from'))
    .option('--to <time>', 'last hour, included (default: now)', timeOption('--to'))
    .action(
      act(async (cli, options: ExportOptions) => (await import('./export/run.ts')).runExport(cli, options)),
    )
}
