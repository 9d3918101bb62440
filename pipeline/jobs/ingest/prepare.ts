import type { AssetId } from '#core/asset.ts'
import type { TidemarkError } from '#core/errors.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import type { PlanSummary } from '../../events.ts'
import type { FlowAsset } from '../../ports.ts'
import type { Share } from '../../queue/shard.ts'
import { readCoins, readTokens } from './coins.ts'
import { Progress, type Context } from './context.ts'
import { noteDisputes } from './disputes.ts'
import { mirrorPortfolio } from './flows.ts'
import { readLatest } from './latest.ts'
import { planAll, planFeed, summarise, type HoursOf, type Plans } from './plan.ts'
import { readPrices } from './prices.ts'
import type { IngestRequest, Range } from './request.ts'
import type { IngestSummary } from './summary.ts'
import { Tally } from './tally.ts'
import { readWallets, walletsOf } from './wallets.ts'
import { heldAssets, seriesWants, type Held, type SeriesWant } from './wants.ts'

const TOP_COINS = 10

/** What a run is to do: `hours` says which hours of each series it should have, `wants` what is wanted beside. */
export type Order = {
  readonly command: IngestSummary['command']
  readonly request: IngestRequest
  readonly range: Range
  readonly hours: HoursOf
  readonly extra?: readonly SeriesWant[]
  /** Nothing but these assets, where given. */
  readonly only?: ReadonlySet<AssetId> | null
  /** What of it this run does, where several share it; everything unless given. */
  readonly share?: Share | null
  /** The lease that the caller holds, where it is not that of all runs. */
  readonly lease?: string
}

/** What is known before the first price is asked for. */
export type Prepared = {
  /** The wallets of this run. */
  readonly wallets: readonly Wallet[]
  readonly held: readonly Held[]
  readonly wants: readonly SeriesWant[]
  readonly plans: Plans
  readonly plan: PlanSummary
}

/**
 * Brings in flows, wallets and the list of coins, and plans the prices.
 * @param readsWallets false where somebody else reads them
 */
export async function prepare(order: Order, context: Context, readsWallets: boolean): Promise<Prepared> {
  const { io, request, signal } = context
  const owns = (id: string) => order.share?.owns(id) ?? true
  const file = await flowsOf(request.portfolio, owns, context)
  const all = walletsOf(context)
  if (all.length > 0 || io.prices.length > 1) await readTokens(context)
  const wallets = all.filter(({ address }) => owns(address))
  if (readsWallets && !signal.aborted) await readWallets(wallets, context)
  const held = await heldAssets(io.store, request.owner, request.portfolio, all, file)
  const wants = await seriesOf(order, held, all.length > 0, context)
  const plans = await planAll(wants, order.hours, context)
  const plan = await summarise(plans, wants, context)
  context.emit({ type: 'plan', plan })
  warnOfCost(plan, context)
  return { wallets, held: held.filter(({ asset }) => owns(asset)), wants, plans, plan }
}

/** Flows of the portfolio's file: one of several runs mirrors them, the others only read the file. */
async function flowsOf(
  portfolio: Portfolio | null,
  owns: (id: string) => boolean,
  context: Context,
): Promise<FlowAsset[]> {
  if (portfolio === null) return []
  if (owns(`portfolio:${portfolio.name}`)) return mirrorPortfolio(portfolio, context)
  const request = { ...context.request, dryRun: true }
  return mirrorPortfolio(portfolio, { ...context, request, tally: new Tally() })
}

/** The series of this run: what is held, what was named, and the top coins where they were asked for. */
async function seriesOf(
  { request, extra, only, share }: Order,
  held: readonly Held[],
  hasWallets: boolean,
  context: Context,
): Promise<SeriesWant[]> {
  const { io, quote, tally } = context
  const named = request.portfolio !== null || request.assets.length > 0 || hasWallets || extra !== undefined
  const count = request.coins ?? (named ? 0 : TOP_COINS)
  const assets = [...held.map(({ asset }) => asset), ...request.assets]
  // The list of coins is one; of several runs at once the one that has its name reads it.
  const lists = share?.owns('coins') ?? true
  const coins = lists ? await readCoins(count, assets, context) : (await io.store.coins()).coins
  const others = [...request.assets, ...coins.slice(0, count).map(({ asset }) => asset)]
  const wants = [...(extra ?? []), ...seriesWants(held, others, quote, io.marks.through)]
  const asked = wants.filter(({ asset }) => (!only || only.has(asset)) && (share?.owns(asset) ?? true))
  const unique = new Map(asked.map((want) => [`${want.asset}|${want.quote}`, want]))
  const stored = new Set((await io.store.series()).map((series) => `${series.asset}|${series.quote}`))
  for (const [key, { asset, quote: currency }] of unique) {
    const priced = io.prices.some(({ source }) => source.supports(asset, currency))
    if (!priced && !stored.has(key)) tally.unpriced.push(asset)
  }
  return [...unique.values()]
}

/**
 * Asks the feeds in their order, a later one for what the earlier did not give.
 * @returns why feeds were asked no more before the end of their plan
 */
export async function readAll(
  plans: Plans,
  wants: readonly SeriesWant[],
  hours: HoursOf,
  context: Context,
): Promise<TidemarkError[]> {
  const halts: TidemarkError[] = []
  for (const [rank, feed] of context.io.prices.entries()) {
    if (context.signal.aborted) return halts
    const planned = plans[rank]
    const plan =
      rank === 0 && planned !== undefined ? planned : await planFeed(rank, wants, hours, context, 'stored')
    const progress = new Progress(context.emit, 'prices', plan.windows.length)
    const halt = await readPrices(feed, plan, context, progress)
    if (halt !== null) halts.push(halt)
  }
  await readLatest(wants, context)
  await noteDisputes(wants, context)
  return halts
}

function warnOfCost(plan: PlanSummary, { emit }: Context): void {
  for (const { provider, calls, creditsLeft } of plan.costs) {
    if (creditsLeft === null || calls <= creditsLeft) continue
    const message = `${provider}: ${calls} calls are planned and ${creditsLeft} are left in this month's credits.`
    emit({ type: 'notice', level: 'warn', message })
  }
}
