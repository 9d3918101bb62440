import { baseAsset, type AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import type { LedgerStore } from '../ports.ts'

/**
 * What the balances of an owner's wallets show and no flow explains, by time: what the reading of a chain found, with
 * its blocks in the note, and what lies between balances that a provider gave.
 */
export async function listUnexplained(
  store: LedgerStore,
  owner: string,
  ask: {
    readonly assets?: readonly AssetId[] | undefined
    readonly from?: number | undefined
    readonly to?: number | undefined
    readonly now: number
  },
): Promise<Flow[]> {
  const { assets, from = -Infinity, to = Infinity, now } = ask
  const found = new Map<string, Flow>()
  for (const portfolio of await store.portfolios(owner)) {
    if (portfolio.wallets.length === 0) continue
    const ledger = await PortfolioLedger.open(store, portfolio, baseAsset(portfolio.baseCurrency), now)
    // A wallet that stands in two portfolios is told of once.
    for (const flow of ledger.unexplained) found.set(flow.id, flow)
  }
  for (const flow of await storedUnexplained(store, owner)) found.set(flow.id, flow)
  const wanted = ({ asset, time }: Flow) =>
    (assets === undefined || assets.includes(asset)) && time >= from && time <= to
  return [...found.values()].filter(wanted).sort((a, b) => a.time - b.time)
}

/** Books beside those of portfolios too: nobody's total has them, and what does not add up does not there either. */
async function storedUnexplained(store: LedgerStore, owner: string): Promise<Flow[]> {
  const books = (await store.flowBooks({ from: owner, to: owner })).map(({ book }) => book)
  return store.flows({ owner, books, kind: 'unexplained' })
}
