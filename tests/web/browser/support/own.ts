import { join } from 'node:path'
import type { AssetId } from '#core/asset.ts'
import { addHours, hourOf } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { openStore } from '#storage/open.ts'
import { candleRun, USD, walk } from '#tests/bench/years.ts'

const HOURS = 40 * 24
/** Older than a price is carried over: it is missing. */
const SILENT = 30

export const HELD = { bitcoin: '1.2345', ethereum: '20.5', solana: '312.25' } as const
/** Its prices ended thirty hours ago. */
export const SILENT_ASSET = 'solana'

/** How much is held of each asset. */
export type Held = Readonly<Record<string, string>>

/** A store of somebody's own in a working directory: hours of prices up to now, of one asset not quite. */
export async function fillOwn(cwd: string, held: Held = HELD, length = HOURS): Promise<void> {
  const store = await openStore({ kind: 'embedded', file: join(cwd, 'data/tidemark.db'), create: true })
  const from = addHours(hourOf(Date.now()), 1 - length)
  for (const [index, asset] of Object.keys(held).entries()) {
    const hours = asset === SILENT_ASSET ? length - SILENT : length
    const run = candleRun(asset as AssetId, from, walk(hours, 11 + index))
    await store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  const portfolio: Portfolio = {
    ...{ owner: 'local', name: 'main', baseCurrency: USD, wallets: [], flowsFile: null },
    holdings: Object.entries(held).map(([asset, quantity]) => ({
      ...{ asset: asset as AssetId, quantity, unitCost: null, since: from },
    })),
  }
  await store.writePortfolio(portfolio)
  await store.close()
}
