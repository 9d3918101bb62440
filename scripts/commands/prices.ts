import type { Command } from 'commander'
import type { Quote } from '#core/asset.ts'
import { DAY_MS, formatTime } from '#core/hour.ts'
import { priceDocument } from '#delivery/price-json.ts'
import { displayPrice, MISSING_TEXT } from '#delivery/number.ts'
import { listPrices, type PriceRow } from '#pipeline/queries/prices.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../cli/list.ts'
import { checkRange, listOptions, type ListOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig } from '../wiring/config.ts'
import { choosePortfolio } from '../wiring/portfolio.ts'
import { markSettings } from '../wiring/settings.ts'
import { openForReading } from '../wiring/store.ts'

type Options = ListOptions & { quote?: string }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark prices --asset bitcoin', 'hourly marks and candles, newest first; a week'],
    ['tidemark prices --asset bitcoin ethereum --from 2026-11-01 --to 2026-11-02', ''],
    ['tidemark prices import otc.csv', 'prices by hand'],
  ])
  listOptions(command)
    .option('--quote <code>', 'currency they are quoted in (default: base currency)')
    .action(act(run))
}

const price = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? MISSING_TEXT : displayPrice(value)

const PRICES: List<PriceRow> = {
  name: 'prices',
  columns: [
    { head: 'hour (UTC)', text: ({ hour }) => formatTime(hour) },
    { head: 'asset', text: ({ asset }) => asset },
    { head: 'mark', number: true, text: ({ mark }) => price(mark ?? NaN) },
    { head: 'quality', text: ({ quality }) => quality },
    { head: 'source', text: ({ source }) => source ?? '' },
    { head: 'open', number: true, text: ({ candle }) => price(candle?.open) },
    { head: 'high', number: true, text: ({ candle }) => price(candle?.high) },
    { head: 'low', number: true, text: ({ candle }) => price(candle?.low) },
    { head: 'close', number: true, text: ({ candle }) => price(candle?.close) },
    { head: 'samples', number: true, text: ({ candle }) => (candle === null ? '' : String(candle.count)) },
  ],
  document: priceDocument,
  empty: 'No prices are stored: run "tidemark ingest".',
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  checkRange(options)
  const config = readConfig(cli)
  const store = await openForReading(config)
  try {
    const chosen = await choosePortfolio(cli, config, store)
    const base = chosen?.portfolio.baseCurrency ?? config.baseCurrency
    const to = options.to ?? Date.now()
    const page = await listPrices(store, markSettings(config), {
      ...pageAsk(options),
      assets: options.asset,
      quote: (options.quote?.toLowerCase() ?? base) as Quote,
      from: options.from ?? to - 7 * DAY_MS,
      to,
      newestFirst: true,
    })
    return listOutcome(cli, PRICES, page, options)
  } finally {
    await store.close()
  }
}
