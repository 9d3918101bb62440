import type { AssetId } from '#core/asset.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { addHours, ceilHour, hourOf, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart } from '#core/month.ts'
import { MANUAL_WALLET, portfolioBook, type ManualHolding } from '#core/portfolio.ts'
import { MISSING } from '#core/quality.ts'
import { isDerived } from '#pnl/flows/anchors.ts'
import { legsOf, lineKey } from '#pnl/flows/leg.ts'
import type { PortfolioLedger } from '../pnl/ledger.ts'
import type { MarkLoader } from '../pnl/marks.ts'

/**
 * Everything that moves a portfolio's lots: stored flows, what balances add to them, and holdings entered by hand. What
 * flowed before the first hour that a wallet's balance is known for is within its opening, as in hourly PnL.
 */
export async function ledgerFlows(ledger: PortfolioLedger, loader: MarkLoader): Promise<Flow[]> {
  const flows: Flow[] = []
  for (const month of ledger.months())
    for (const flow of countedFlows((await ledger.flows(month, [])).flows, ledger, loader.base))
      flows.push(flow)
  const first = flows.reduce((least, { time }) => Math.min(least, time), Infinity)
  return [...flows, ...(await heldFlows(first, ledger, loader))]
}

/** What counts of the flows of a month. */
export function countedFlows(flows: readonly Flow[], ledger: PortfolioLedger, base: AssetId): Flow[] {
  return flows.flatMap((flow) => {
    const counted = countedFlow(flow, ledger, base)
    return counted === null ? [] : [named(counted)]
  })
}

/** Openings of what was entered by hand without `since`. @param first when the first flow is; Infinity without any */
export async function heldFlows(first: number, ledger: PortfolioLedger, loader: MarkLoader): Promise<Flow[]> {
  const flows: Flow[] = []
  for (const holding of ledger.portfolio.holdings)
    if (holding.since === null) flows.push(await everHeld(holding, first, ledger, loader))
  return flows
}

/** A flow without the legs that are within an opening; null where nothing of it is left. */
function countedFlow(flow: Flow, { knownFrom, names }: PortfolioLedger, base: AssetId): Flow | null {
  if (knownFrom.size === 0 || isDerived(flow)) return flow
  const within = legsOf(flow, base, names, () => null).map((leg) => {
    const from = knownFrom.get(lineKey(leg))
    return from !== undefined && flow.time <= from
  })
  if (within[0] === true) return null
  return within[1] === true ? { ...flow, fee: null, feeAsset: null } : flow
}

/** Its file by name alone: people look for `flows.csv:12`, whatever folder it lies in. */
function named(flow: Flow): Flow {
  const at = flow.file === null ? -1 : Math.max(flow.file.lastIndexOf('/'), flow.file.lastIndexOf('\\'))
  return at < 0 || flow.file === null ? flow : { ...flow, file: flow.file.slice(at + 1) }
}

/**
 * A holding entered by hand without `since` is there from the first hour at which anything is known of it: its own
 * first mark, or the hour of the first flow where that is earlier.
 */
async function everHeld(
  { asset, quantity, unitCost }: ManualHolding,
  firstFlow: number,
  { portfolio }: PortfolioLedger,
  loader: MarkLoader,
): Promise<Flow> {
  const marked = await firstMarked(asset, loader)
  const before = Number.isFinite(firstFlow) ? hourOf(firstFlow) : null
  const time = marked === null ? before : before === null ? marked : Math.min(marked, before)
  return {
    ...UNDETAILED,
    id: `opening|${MANUAL_WALLET}|${asset}|${quantity}`,
    owner: portfolio.owner,
    book: portfolioBook(portfolio.name),
    source: 'holdings',
    time: time ?? 0,
    asset,
    quantity,
    kind: 'opening',
    unitPrice: unitCost,
    wallet: MANUAL_WALLET,
  }
}

async function firstMarked(asset: AssetId, loader: MarkLoader): Promise<Hour | null> {
  for (const month of await loader.candleMonths(asset)) {
    const from = monthStart(month)
    const index = (await loader.load([asset], from, monthEnd(month)))
      .of(asset)
      .quality.findIndex((quality) => quality !== MISSING)
    if (index >= 0) return addHours(from, index)
  }
  return null
}

/** The hours at which marks of assets are needed to value flows: each leg's own, and those of currencies. */
export function hoursNeeded(flows: readonly Flow[], base: AssetId): Map<AssetId, Set<Hour>> {
  const needed = new Map<AssetId, Set<Hour>>()
  const need = (asset: AssetId, hour: Hour) => {
    if (asset === base) return
    const hours = needed.get(asset)
    if (hours === undefined) needed.set(asset, new Set([hour]))
    else hours.add(hour)
  }
  for (const { asset, time, fee, feeAsset, priceCurrency } of flows) {
    const hour = ceilHour(time)
    need(asset, hour)
    if (fee !== null && feeAsset !== null) need(feeAsset, hour)
    if (priceCurrency !== null) need(`fiat:${priceCurrency}` as AssetId, hour)
  }
  return needed
}
