import { EXIT, TidemarkError } from '#core/errors.ts'
import { hourOf, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, monthsBetween } from '#core/month.ts'
import type { Wallet } from '#core/portfolio.ts'
import type { Emit } from '../events.ts'
import { graceAfter, type Context } from '../jobs/ingest/context.ts'
import type { HoursOf } from '../jobs/ingest/plan.ts'
import { prepare, type Order, type Prepared } from '../jobs/ingest/prepare.ts'
import type { Range } from '../jobs/ingest/request.ts'
import { RunRow } from '../jobs/ingest/run-row.ts'
import type { Failure } from '../jobs/ingest/summary.ts'
import { Tally } from '../jobs/ingest/tally.ts'
import { UsageMeter } from '../jobs/ingest/usage.ts'
import type { SeriesWant } from '../jobs/ingest/wants.ts'
import type { JobIo } from '../jobs/io.ts'
import type { RunOutcome } from '../ports.ts'
import type { PlannedWindow } from '../plan/plan.ts'
import { within, type HourRun } from '../plan/runs.ts'
import type { Added, WorkQueue } from './ports.ts'
import { entryOf, readWork, widened, type PriceWork, type Work } from './work.ts'

const DRAIN_MS = 3_000

/** How work was handed out; what became of it is in the queue. */
export type HandedOut = Added & {
  readonly run: string
  readonly command: Order['command']
  readonly window: Range
  readonly prices: number
  readonly wallets: number
  readonly portfolios: number
  readonly failures: readonly Failure[]
  readonly started: number
  readonly finished: number
  readonly outcome: RunOutcome
  readonly exitCode: number
}

/**
 * What `backfill` and `schedule` would do themselves, as pieces of work for others: mirrors the portfolio, reads the
 * list of coins, plans, and puts wallets, months of prices and portfolios into the queue. The lease is the caller's.
 * Work is derived from what the store lacks, so that handing it out twice adds nothing.
 */
export async function handOut(
  order: Order,
  io: JobIo,
  queue: WorkQueue,
  emit: Emit,
  signal: AbortSignal,
): Promise<HandedOut> {
  const { request, range } = order
  const row = await RunRow.begin(order.command, io, emit, true, order.lease)
  const grace = graceAfter(signal, io.drainMs ?? DRAIN_MS)
  const [tally, usage] = [new Tally(), new UsageMeter(io)]
  const quote = request.portfolio?.baseCurrency ?? request.quote
  const context: Context = { io, request, quote, range, emit, signal, grace: grace.signal, tally, usage }
  try {
    const prepared = await prepare(order, context, false)
    if (prepared.plan.gaps.length > 0) await io.store.writeGaps(prepared.plan.gaps)
    const work = await workOf(order, prepared, context)
    const added = signal.aborted ? NONE : await add(queue, Object.values(work).flat())
    await usage.flush(1)
    const exitCode = exitOf(signal, tally)
    const handed: HandedOut = {
      ...added,
      run: row.id,
      command: order.command,
      window: range,
      prices: work.prices.length,
      wallets: work.wallets.length,
      portfolios: work.portfolios.length,
      failures: tally.failures,
      started: row.started,
      finished: io.now(),
      outcome: outcomeOf(signal, exitCode),
      exitCode,
    }
    await row.end(handed.outcome, exitCode, handed, true)
    return handed
  } catch (error) {
    const code = error instanceof TidemarkError ? error.exitCode : EXIT.failed
    await row.end('failed', code, {}, true).catch(() => undefined)
    throw error
  } finally {
    grace.stop()
  }
}

const NONE: Added = { added: 0, present: 0, parked: 0 }

/** Puts work into the queue, once. */
export function add(queue: WorkQueue, work: readonly Work[]): Promise<Added> {
  return queue.add(work.map(entryOf), (waiting, again) => widened(readWork(waiting), again))
}

async function workOf(order: Order, prepared: Prepared, { io }: Context) {
  const { request, range } = order
  const named = request.portfolio === null ? await io.store.portfolios(request.owner) : [request.portfolio]
  const { owner } = request
  const prices = await priceWork(order.hours, prepared, io)
  return {
    wallets: prepared.wallets.map((wallet) => walletWork(owner, wallet, range.from)),
    prices: request.mode === 'backfill' ? prices : prices.reverse(),
    portfolios: named.map(({ name }) => ({ kind: 'pnl', owner, portfolio: name }) as const),
  }
}

function walletWork(owner: string, { address, label, chains }: Wallet, from: Hour): Work {
  return { kind: 'wallet', owner, address, label, chains, from }
}

/** The months that windows of a plan fall into, oldest first, each with the hours of it that its series should have. */
export async function priceWork(
  hoursOf: HoursOf,
  { wants, plans }: Pick<Prepared, 'wants' | 'plans'>,
  io: JobIo,
): Promise<PriceWork[]> {
  const windows = new Map<string, PlannedWindow[]>()
  for (const window of plans.flatMap((plan) => plan.windows)) {
    const key = keyOf(window)
    windows.set(key, [...(windows.get(key) ?? []), window])
  }
  const work: PriceWork[] = []
  for (const want of wants) {
    const own = windows.get(keyOf(want))
    if (own === undefined) continue
    const { asset, quote } = want
    const hours = hoursOf(want, await io.store.gaps({ asset, quote }))
    work.push(...monthsOf(want, own, hours, io.now()))
  }
  return work.sort((a, b) => a.from - b.from)
}

function monthsOf(
  { asset, quote }: SeriesWant,
  windows: readonly PlannedWindow[],
  hours: readonly HourRun[],
  now: number,
): PriceWork[] {
  const months = new Set(windows.flatMap(({ core }) => monthsBetween(core.from, core.to - 1)))
  return [...months].flatMap((month) => {
    const whole = { from: monthStart(month), to: monthEnd(month) }
    const wanted = within(hours, [whole])
    const [first, last] = [wanted[0], wanted.at(-1)]
    if (first === undefined || last === undefined) return []
    // Up to now means also what comes until somebody does it.
    const to = last.to > hourOf(now) ? whole.to : last.to
    return [{ kind: 'prices' as const, asset, quote, month, from: first.from, to }]
  })
}

const keyOf = ({ asset, quote }: { asset: string; quote: string }): string => `${asset}|${quote}`

function exitOf(signal: AbortSignal, tally: Tally): number {
  if (!signal.aborted) return tally.exitCode(false)
  return signal.reason instanceof TidemarkError ? signal.reason.exitCode : EXIT.interrupted
}

function outcomeOf(signal: AbortSignal, exitCode: number): RunOutcome {
  if (signal.aborted) return 'interrupted'
  if (exitCode === EXIT.complete) return 'complete'
  return exitCode === EXIT.someMissing ? 'partial' : 'failed'
}
