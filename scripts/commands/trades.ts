import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { pageOptions, type PageOptions } from '../cli/options.ts'
import { timeOption } from '../cli/times.ts'
import { textList } from '../cli/values.ts'
import { settingsOptions, sourceOptions, type SettingsOptions, type SourceOptions } from './lots/options.ts'

export type TradesOptions = PageOptions &
  SettingsOptions &
  SourceOptions & { asset?: string[]; wallet?: string; from?: number; to?: number }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark trades', 'every flow, newest first, with its value, fee, quality and gain'],
    ['tidemark trades --asset bitcoin --wallet hot --from 2026-01-01', ''],
    ['tidemark trades --method hifo --limit 10 --page 2', 'gains by another method'],
  ])
    .option('--asset <id...>', 'only these assets', textList)
    .option('--wallet <name>', 'only this wallet: its address or label')
    .option('--from <time>', 'not before this time, UTC', timeOption('--from'))
    .option('--to <time>', 'not after this time', timeOption('--to'))
  pageOptions(command)
  settingsOptions(command)
  sourceOptions(command)
    .addHelpText('after', '\nThis is a calculation, not tax advice.')
    .action(
      act(async (cli, options: TradesOptions) => (await import('./trades/run.ts')).runTrades(cli, options)),
    )
}
