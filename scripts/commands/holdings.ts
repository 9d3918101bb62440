import { Option, type Command } from 'commander'
import { tokenOf, type AssetId } from '#core/asset.ts'
import { EXIT } from '#core/errors.ts'
import { holdingDocument } from '#delivery/holding-json.ts'
import { displayAsset, displayMoney, displayPrice, displayQuantity, MISSING_TEXT } from '#delivery/number.ts'
import { carriedDocument, carriedLines, missingWallets } from '#delivery/readings.ts'
import { safeText } from '#delivery/text.ts'
import { listHoldings, type HoldingRow } from '#pipeline/queries/holdings.ts'
import { hideAdvice } from '#pipeline/queries/pnl-gaps.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../cli/list.ts'
import { assetOption, pageOptions, type PageOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { timeOption } from '../cli/times.ts'
import { readConfig } from '../wiring/config.ts'
import { portfolioToRead } from '../wiring/portfolio.ts'
import { markSettings } from '../wiring/settings.ts'
import { openForQuery } from '../wiring/store.ts'

type Options = PageOptions & { asset?: AssetId[]; to?: number }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark holdings', 'what is held now, by asset and wallet, and its value'],
    ['tidemark holdings --to 2026-11-01', 'what was held then'],
  ])
  assetOption(command).addOption(
    new Option('--to <time>', 'what was held at this time, UTC (default: now)').argParser(timeOption('--to')),
  )
  pageOptions(command).action(act(run))
}

const HOLDINGS: List<HoldingRow> = {
  name: 'holdings',
  columns: [
    { head: 'asset', text: ({ asset }) => displayAsset(asset) },
    { head: 'symbol', text: ({ symbol }) => symbol },
    { head: 'wallet', text: ({ label, wallet }) => label ?? wallet },
    { head: 'chain', text: ({ chain }) => chain },
    { head: 'quantity', number: true, text: ({ quantity }) => displayQuantity(quantity) },
    { head: 'mark', number: true, text: ({ mark }) => (mark === null ? MISSING_TEXT : displayPrice(mark)) },
    { head: 'value', number: true, text: ({ value }) => displayMoney(value) },
    { head: 'quality', text: ({ quality }) => quality },
    { head: 'source', text: ({ source }) => source ?? '' },
  ],
  document: holdingDocument,
  empty: 'Nothing is held.',
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  const { store, writable } = opened
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    if (portfolio === null) {
      const empty = 'There is no portfolio: "tidemark init" writes one to edit.'
      return listOutcome(cli, { ...HOLDINGS, empty }, { rows: [], total: 0 }, options)
    }
    const page = await listHoldings(store, markSettings(config), {
      ...pageAsk(options),
      portfolio,
      assets: options.asset,
      now: options.to ?? Date.now(),
      persist: writable && options.to === undefined,
    })
    for (const { name, chains } of page.unread) {
      const where = chains === null ? '' : ` on ${chains.join(', ')}`
      cli.out.warn(
        `Missing: wallet ${safeText(name)} was never read${safeText(where)}; what it holds there is not shown.`,
      )
    }
    for (const line of carriedLines(page.carried)) cli.out.warn(line)
    const worthless = new Set(page.rows.filter(({ mark }) => mark === null).map(({ asset }) => asset))
    for (const asset of worthless)
      if (tokenOf(asset) !== null) cli.out.warn(`Missing: no price of ${asset}; ${hideAdvice(asset)}.`)
    const whole = page.unread.length === 0 && page.rows.every(({ quality }) => quality !== 'missing')
    const exitCode = whole ? EXIT.complete : EXIT.someMissing
    const list = listOutcome(cli, HOLDINGS, page, options)
    const document = () => ({
      ...list.document?.(),
      missingWallets: missingWallets(page),
      carriedWallets: page.carried.map(carriedDocument),
    })
    return { ...list, exitCode, document }
  } finally {
    await store.close()
  }
}
