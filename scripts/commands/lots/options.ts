import { Option, type Command } from 'commander'
import { readTime } from '#core/time.ts'
import { textList, usage } from '../../cli/values.ts'

/** What decides lots, as it stands on the command line. */
export type SettingsOptions = {
  method?: string[]
  scope?: 'pooled' | 'wallet'
  scopeFrom?: string
  fees: 'basis' | 'expense'
  oversell: 'report' | 'refuse' | 'short'
  gifts: 'market' | 'cost'
  wraps: 'move' | 'realise'
  longTerm: string
  timeZone: string
}

/** Where flows and marks come from, and up to when they count. */
export type SourceOptions = { flows?: string; marks?: string; base?: string; at?: number }

const choice = (flags: string, says: string, choices: readonly string[], preset?: string): Option => {
  const option = new Option(flags, says).choices([...choices])
  return preset === undefined ? option : option.default(preset)
}

/** Method, scope, and how fees, shortfalls, gifts, wraps and holding periods are taken. */
export function settingsOptions(command: Command): Command {
  return command
    .option(
      '--method <method...>',
      'fifo, lifo, hifo, lofo, average, uk or specific (default: fifo); ASSET=METHOD, YEAR=METHOD or ASSET@YEAR=METHOD for a part',
      textList,
    )
    .addOption(
      choice('--scope <scope>', 'one pool an asset, or one for each wallet (default: pooled)', [
        'pooled',
        'wallet',
      ]),
    )
    .option('--scope-from <date=wallet>', 'by wallet from that day on, such as 2025-01-01=wallet')
    .addOption(
      choice(
        '--fees <how>',
        'fees of trades: in cost and proceeds, or kept apart',
        ['basis', 'expense'],
        'basis',
      ),
    )
    .addOption(
      choice('--oversell <how>', 'when more leaves than there is', ['report', 'refuse', 'short'], 'report'),
    )
    .addOption(
      choice('--gifts <how>', 'a gift given: sold at market, or gone at cost', ['market', 'cost'], 'market'),
    )
    .addOption(
      choice('--wraps <how>', 'a conversion: lots move, or it is a sale', ['move', 'realise'], 'move'),
    )
    .option('--long-term <span>', 'held longer than this is long: 1y or a number of days such as 365d', '1y')
    .option('--time-zone <zone>', 'whose days and years count, such as Europe/Berlin', 'UTC')
}

export function sourceOptions(command: Command): Command {
  return command
    .option('--flows <file>', 'flows.csv in place of the portfolio’s flows ("-" is stdin)')
    .option('--marks <file>', 'marks of this file in place of the store’s: time,asset,price')
    .option('--base <currency>', 'base currency of --flows (default: usd)')
    .option('--at <time>', 'flows up to and including this time, and its marks (UTC)', momentOption)
}

/** A time as `--at` takes it; a calculation from files knows no present, so that any time will do. */
function momentOption(text: string): number {
  const reading = readTime(text)
  if (reading.fault === null) return reading.value
  throw usage(`--at: ${reading.fault}.`, 'Give --at a time such as 2026-11-01T00:00:00Z.')
}
