import type { Quote } from '#core/asset.ts'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import { HOUR_MS, addHours, hourOf } from '#core/hour.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import type { Emit } from '../events.ts'
import type { Context } from '../jobs/ingest/context.ts'
import { readAll } from '../jobs/ingest/prepare.ts'
import { LEAD_HOURS, planAll } from '../jobs/ingest/plan.ts'
import type { Range } from '../jobs/ingest/request.ts'
import { marksRun } from '../jobs/ingest/state.ts'
import { Tally } from '../jobs/ingest/tally.ts'
import type { UsageMeter } from '../jobs/ingest/usage.ts'
import { readWallets } from '../jobs/ingest/wallets.ts'
import { heldAssets, seriesWants, type SeriesWant } from '../jobs/ingest/wants.ts'
import type { JobIo } from '../jobs/io.ts'
import { endOfNow } from '../plan/missing.ts'
import { publishPnl } from '../jobs/publish-pnl.ts'
import { openSession } from '../queries/pnl.ts'
import { add, priceWork } from './hand-out.ts'
import type { Verdict, WorkQueue } from './ports.ts'
import type { PnlWork, PriceWork, WalletWork, Work } from './work.ts'

/** What doing a piece of work takes. One for all pieces of a process. */
export type WorkIo = {
  readonly io: JobIo
  readonly queue: WorkQueue
  readonly usage: UsageMeter
  readonly emit: Emit
  /** Addresses of the user's own wallets; filled in before one is read. */
  readonly own: Set<string>
  /** The base currency where no portfolio says another. */
  readonly quote: Quote
  /** Aborted: take no more calls; a little later: give up those in flight. */
  readonly signal: AbortSignal
  readonly grace: AbortSignal
}

/** A provider that rests, or whose month is used up, is asked again after this. */
const REST_MS = 30_000

/** How often computing looks whether fetching has ended, and from when on it no longer waits for that. */
const LOOK_MS = 2_000
const PATIENCE_MS = 3_600_000

const DONE: Verdict = { type: 'done' }

/**
 * Does one piece of work, from what the store lacks by now: doing it twice, or twice at once, leaves what doing it once
 * does. What stops every piece alike is thrown: a credential that is refused, a store that fails.
 * @param queued when it was handed out
 */
export async function perform(work: Work, queued: number, own: WorkIo): Promise<Verdict> {
  const verdict = await performKind(work, queued, own)
  await own.usage.flush(1)
  return verdict
}

function performKind(work: Work, queued: number, own: WorkIo): Promise<Verdict> {
  if (work.kind === 'prices') return fetchPrices(work, own)
  return work.kind === 'wallet' ? readWallet(work, own) : computePortfolio(work, queued, own)
}

async function fetchPrices({ asset, quote, from, to }: PriceWork, own: WorkIo): Promise<Verdict> {
  const end = Math.min(to, endOfNow(own.io.now()))
  const hours = () => (from < end ? [{ from, to: hourOf(end) }] : [])
  const context = contextOf(own, LOCAL_OWNER, { from, to: hourOf(end - HOUR_MS) })
  const wants = [{ asset, quote, since: null }]
  const plans = await planAll(wants, hours, context)
  const halts = await readAll(plans, wants, hours, context)
  return verdictOf(context, halts)
}

async function readWallet(work: WalletWork, own: WorkIo): Promise<Verdict> {
  const { owner, address, label, chains, from } = work
  const { store } = own.io
  for (const { wallets } of await store.portfolios(owner))
    for (const wallet of wallets) own.own.add(wallet.address)
  own.own.add(address)
  own.io.useTokens?.((await store.tokens()).tokens)
  const context = contextOf(own, owner, { from, to: hourOf(own.io.now()) })
  await readWallets([{ address, label, chains }], context)
  const verdict = verdictOf(context, [])
  const { missingWallets } = context.tally
  if (verdict.type === 'done' && missingWallets[0] !== undefined)
    return { type: 'failed', cause: missingWallets[0].reason, final: true }
  if (verdict.type === 'done') await addPrices(work, own)
  return verdict
}

/** What the wallet holds is known only now: the months in which it held it are further work. */
async function addPrices({ owner, address, label, chains, from }: WalletWork, own: WorkIo): Promise<void> {
  const { io, queue } = own
  const held = await heldAssets(io.store, owner, null, [{ address, label, chains }])
  const portfolios = await io.store.portfolios(owner)
  const holders = portfolios.filter(({ wallets }) => wallets.some((wallet) => wallet.address === address))
  const now = hourOf(io.now())
  for (const quote of new Set(holders.map(({ baseCurrency }) => baseCurrency))) {
    const wants = seriesWants(held, [], quote, io.marks.through)
    const hours = ({ since }: SeriesWant) => [marksRun(addHours(hourOf(since ?? from), -LEAD_HOURS), now)]
    const plans = await planAll(wants, hours, contextOf(own, owner, { from, to: now }))
    await add(queue, await priceWork(hours, { wants, plans }, io))
  }
}

async function computePortfolio(
  { owner, portfolio: name }: PnlWork,
  queued: number,
  own: WorkIo,
): Promise<Verdict> {
  const { io, queue } = own
  const patient = io.now() - queued < PATIENCE_MS
  if (patient && (await queue.fetching())) return { type: 'later', ms: LOOK_MS }
  const portfolio = await io.store.portfolio(owner, name)
  if (portfolio === null)
    return { type: 'failed', cause: `${owner} has no portfolio "${name}" in this store`, final: true }
  // Brings the batches up to date, so that the next `pnl` only reads.
  const now = io.now()
  await openSession({ portfolio, quote: portfolio.baseCurrency, now }, io.store, io.marks)
  await publishPnl(portfolio, now, io.store, io.marks)
  return DONE
}

/** Answers that may come at another time; anything else that a provider says stays as it is. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['PROVIDER_UNAVAILABLE', 'PROVIDER_ANSWER'])

function verdictOf({ tally, signal }: Context, halts: readonly TidemarkError[]): Verdict {
  if (signal.aborted) return { type: 'back' }
  const { failures } = tally
  const fatal = [...halts, ...failures].find(({ code }) => /^(CREDENTIAL|CONFIG)/.test(code))
  if (fatal !== undefined) throw new TidemarkError(fatal.code, { message: fatal.message, fix: fatal.fix })
  if (halts.length > 0) return { type: 'later', ms: REST_MS }
  const [first] = failures
  if (first === undefined) return DONE
  const final = failures.every(({ code }) => !PASSING.has(code))
  return { type: 'failed', cause: `${first.code}: ${first.message}`, final }
}

function contextOf(own: WorkIo, owner: string, range: Range): Context {
  const { io, emit, signal, grace, usage, quote } = own
  const request = {
    ...{ owner, coins: null, assets: [], wallets: [], from: range.from, to: range.to, days: 0 },
    ...{ portfolio: null, quote, dryRun: false },
    // What gave nothing before is asked for again: whoever handed the work out wanted that, or asks for more of it.
    mode: 'backfill' as const,
  }
  // Of a single piece of work only warnings are told.
  const quiet: Emit = (event) => {
    if (event.type === 'notice') emit(event)
  }
  return { io, request, quote, range, emit: quiet, signal, grace, tally: new Tally(), usage }
}
