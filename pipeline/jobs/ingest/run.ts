import type { AssetId } from '#core/asset.ts'
import { EXIT, TidemarkError } from '#core/errors.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Emit, PlanSummary } from '../../events.ts'
import type { FlowAsset, RunOutcome } from '../../ports.ts'
import { census, gapChange, missingMarks, suspectChange, type Census } from './account.ts'
import { readCoins, readTokens } from './coins.ts'
import { Progress, graceAfter, type Context } from './context.ts'
import { mirrorPortfolio } from './flows.ts'
import { planAll, planFeed, summarise, type HoursOf, type Plans } from './plan.ts'
import { readPrices } from './prices.ts'
import { marksRun } from './state.ts'
import { Tally } from './tally.ts'
import { readWallets, walletsOf } from './wallets.ts'
import { heldAssets, seriesWants, type Held, type SeriesWant } from './wants.ts'
import type { IngestRequest, Range } from './request.ts'
import type { IngestSummary } from './summary.ts'
import type { JobIo } from '../io.ts'
import type { Share } from '../../queue/shard.ts'
import { RunRow } from './run-row.ts'
import { UsageMeter } from './usage.ts'

const TOP_COINS = 10
const DRAIN_MS = 3_000

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

/** What the steps of a run leave for its summary. */
type Outcome = {
  readonly plan: PlanSummary | null
  readonly before: Census
  readonly after: Census
  readonly held: readonly Held[]
}
const NOTHING: Census = { gaps: new Map(), suspects: new Map() }

/** One run from its row to its summary. The lease is the caller's. */
export async function runOnce(
  order: Order,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<IngestSummary> {
  const { request, range } = order
  const keep = !request.dryRun
  const row = await RunRow.begin(order.command, io, emit, keep, order.lease)
  const drain = () => emit({ type: 'draining', reason: reasonOf(signal) })
  signal.addEventListener('abort', drain, { once: true })
  const grace = graceAfter(signal, io.drainMs ?? DRAIN_MS)
  const tally = new Tally()
  const usage = new UsageMeter(io)
  const quote = request.portfolio?.baseCurrency ?? request.quote
  const context: Context = { io, request, quote, range, emit, signal, grace: grace.signal, tally, usage }
  try {
    const outcome = await steps(order, context)
    if (keep) await usage.flush(1)
    const summary = await summaryOf(order, context, row, outcome)
    await row.end(summary.outcome, summary.exitCode, summary, keep)
    return summary
  } catch (error) {
    const code = error instanceof TidemarkError ? error.exitCode : EXIT.failed
    // The store itself may be the trouble; the error that began it is the one to report.
    await row.end('failed', code, { error: describe(error) }, keep).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', drain)
    grace.stop()
  }
}

async function steps(order: Order, context: Context): Promise<Outcome> {
  const { io, request, tally, signal } = context
  const owns = (id: string) => order.share?.owns(id) ?? true
  const file = await flowsOf(request.portfolio, owns, context)
  const wallets = walletsOf(context)
  if (wallets.length > 0 || io.prices.length > 1) await readTokens(context)
  const own = wallets.filter(({ address }) => owns(address))
  if (!signal.aborted) await readWallets(own, context)
  const held = await heldAssets(io.store, request.owner, request.portfolio, wallets, file)
  const wants = await seriesOf(order, held, wallets.length > 0, context)
  const plans = await planAll(wants, order.hours, context)
  const plan = await summarise(plans, wants, context)
  context.emit({ type: 'plan', plan })
  warnOfCost(plan, context)
  if (request.dryRun) return { plan, before: NOTHING, after: NOTHING, held: [] }
  const span = [marksRun(order.range.from, order.range.to)]
  const before = await census(wants, () => span, context)
  await readAll(plans, wants, order.hours, context)
  const after = await census(wants, () => span, context)
  tally.hours.rejected = suspectChange(before, after).rejected
  return { plan, before, after, held: held.filter(({ asset }) => owns(asset)) }
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

/** Asks the feeds in their order, a later one for what the earlier did not give. */
async function readAll(
  plans: Plans,
  wants: readonly SeriesWant[],
  hours: HoursOf,
  context: Context,
): Promise<void> {
  for (const [rank, feed] of context.io.prices.entries()) {
    if (context.signal.aborted) return
    const planned = plans[rank]
    const plan =
      rank === 0 && planned !== undefined ? planned : await planFeed(rank, wants, hours, context, 'stored')
    await readPrices(feed, plan, context, new Progress(context.emit, 'prices', plan.windows.length))
  }
}

function warnOfCost(plan: PlanSummary, { emit }: Context): void {
  for (const { provider, calls, creditsLeft } of plan.costs) {
    if (creditsLeft === null || calls <= creditsLeft) continue
    const message = `${provider}: ${calls} calls are planned and ${creditsLeft} are left in this month's credits.`
    emit({ type: 'notice', level: 'warn', message })
  }
}

async function summaryOf(
  { command, request, range }: Order,
  context: Context,
  row: RunRow,
  { plan, before, after, held }: Outcome,
): Promise<IngestSummary> {
  const { io, tally, usage, signal } = context
  const stopped = signal.aborted
  const missing = request.dryRun || stopped ? [] : await missingMarks(held, context)
  const exitCode = stopped ? exitOf(signal) : tally.exitCode(missing.length > 0)
  const { found, released, left } = suspectChange(before, after)
  const { coins, hours, flows, balances, failures, missingWallets, unpriced, nothingNew } = tally
  return {
    run: row.id,
    command,
    dryRun: request.dryRun,
    window: range,
    plan,
    coins,
    hours,
    flows,
    balances,
    gaps: gapChange(before, after),
    suspects: { found, released, left },
    failures,
    missingWallets,
    unpriced,
    missing,
    providers: usage.report(),
    started: row.started,
    finished: io.now(),
    outcome: outcomeOf(exitCode, stopped),
    exitCode,
    nothingNew,
    next: nextOf(command, request.dryRun, exitCode),
  }
}

function outcomeOf(exitCode: number, stopped: boolean): RunOutcome {
  if (stopped) return exitCode === EXIT.leaseHeld ? 'failed' : 'interrupted'
  if (exitCode === EXIT.complete) return 'complete'
  return exitCode === EXIT.someMissing ? 'partial' : 'failed'
}

function nextOf(command: string, dryRun: boolean, exitCode: number): string {
  if (exitCode === EXIT.credential || exitCode === EXIT.config) return 'tidemark doctor'
  if (dryRun || exitCode === EXIT.provider || exitCode >= EXIT.leaseHeld) return `tidemark ${command}`
  return exitCode === EXIT.someMissing ? 'tidemark gaps' : 'tidemark pnl'
}

function exitOf(signal: AbortSignal): number {
  return signal.reason instanceof TidemarkError ? signal.reason.exitCode : EXIT.interrupted
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof TidemarkError ? signal.reason.message : 'Stopped.'
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof TidemarkError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}
