import type { AssetId, Quote } from '#core/asset.ts'
import { addHours, hourOf, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { ContentStore } from '#storage/copy.ts'
import { CONTENT } from '#storage/rows/content.ts'
import { portfolioTable } from '#storage/rows/portfolios.ts'
import { toRow } from '#storage/rows/row.ts'
import { assetName, candleRun, walk } from '#tests/bench/years.ts'
import { below, seeded, type Random } from './random.ts'

export type Crowd = {
  readonly portfolios: number
  readonly assets: number
  /** Holdings of each portfolio. */
  readonly holdings: number
  /** The newest hour that has prices; they begin with its month. */
  readonly until: Hour
}

/** Rows put together; not a transaction for each, of which there may be a hundred thousand. */
const PIECE = 5_000
const WRITES = 50

/** Fills a store with portfolios of many owners, one or two each, and with the prices of what they hold. */
export async function fillCrowd(store: ContentStore, crowd: Crowd, seed = 5): Promise<void> {
  const from = monthStart(monthOf(crowd.until))
  const hours = (addHours(crowd.until, 1) - from) / 3_600_000
  for (let at = 0; at < crowd.assets; at += WRITES) {
    const count = Math.min(WRITES, crowd.assets - at)
    const runs = Array.from({ length: count }, (_, index) =>
      candleRun(assetName(at + index), hourOf(from), walk(hours, seed + at + index)),
    )
    await store.writePrices(runs.map((run) => ({ run, suspects: [], gaps: [] })))
  }
  const part = CONTENT.find(({ table }) => table.name === portfolioTable.name)
  if (part === undefined) throw new Error('portfolios are no content of a store')
  const random = seeded(seed)
  const target = await store.content.target()
  for (let at = 0; at < crowd.portfolios; at += PIECE) {
    const count = Math.min(PIECE, crowd.portfolios - at)
    const rows = Array.from({ length: count }, (_, index) => portfolioAt(at + index, crowd, random))
    await target.put(
      part,
      rows.map((row) => toRow(portfolioTable, row)),
    )
  }
  await target.finish()
}

function portfolioAt(index: number, { holdings, assets }: Crowd, random: Random): Portfolio {
  const first = below(random, assets)
  const step = 1 + below(random, Math.max(1, Math.floor(assets / holdings) - 1))
  return {
    owner: `owner-${String(index >> 1).padStart(6, '0')}`,
    name: index % 2 === 0 ? 'main' : 'second',
    baseCurrency: 'usd' as Quote,
    wallets: [],
    holdings: Array.from({ length: holdings }, (_, at) => ({
      asset: assetName((first + at * step) % assets) satisfies AssetId,
      quantity: `${below(random, 1000)}.${1 + below(random, 999_999)}`,
      unitCost: null,
      since: null,
    })),
    flowsFile: null,
  }
}
