import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { timeOption } from './times.ts'
import { assetList, usage, wholeNumber } from './values.ts'

/** A range as the options give it; the end is now where `to` is null. */
export type RangeOptions = { days?: number; from?: number; to?: number }
export type PageOptions = { limit: number; page: number }
export type ListOptions = PageOptions & { asset?: AssetId[]; from?: number; to?: number }

/** `--days`, or `--from` and `--to`. */
export function rangeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--days <n>', 'days up to the newest hour (default: 7)')
        .argParser(wholeNumber('--days', 1, 36_600))
        .conflicts('from'),
    )
    .option('--from <time>', 'first hour, UTC: 2026-11-01 or 2026-11-01T06:00Z', timeOption('--from'))
    .option('--to <time>', 'last hour, included', timeOption('--to'))
}

export function assetOption(command: Command): Command {
  return command.option('--asset <id...>', 'only these assets', assetList)
}

export function pageOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'rows a page', wholeNumber('--limit', 1, 100_000), 50)
    .option('--page <n>', 'page, from 1', wholeNumber('--page', 1, 1_000_000), 1)
}

/** What lists take that have assets and times. */
export function listOptions(command: Command): Command {
  assetOption(command)
    .option('--from <time>', 'not before this time, UTC', timeOption('--from'))
    .option('--to <time>', 'not after this time', timeOption('--to'))
  return pageOptions(command)
}

/** @throws TidemarkError USAGE when the range ends before it begins */
export function checkRange(options: { from?: number; to?: number }): void {
  if (options.from !== undefined && options.to !== undefined && options.to < options.from) {
    throw usage('--to is before --from.', 'Give the earlier time to --from.')
  }
}
