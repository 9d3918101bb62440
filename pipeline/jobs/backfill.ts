import { HOUR_MS, addHours, hourOf, type Hour } from '#core/hour.ts'
import { monthStart } from '#core/month.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import type { Emit } from '../events.ts'
import { heldAssets, seriesWants, type SeriesWant } from './ingest/wants.ts'
import type { Order } from './ingest/prepare.ts'
import { runOnce } from './ingest/run.ts'
import { marksRun } from './ingest/state.ts'
import { LEAD_HOURS } from './ingest/plan.ts'
import type { IngestRequest } from './ingest/request.ts'
import type { IngestSummary } from './ingest/summary.ts'
import type { JobIo } from './io.ts'
import { PIPELINE_LEASE, withLease } from './lease.ts'
import { shardName, shareOf, type Shard } from '../queue/shard.ts'

/** `from` null: from where each asset is first needed; assets and wallets restrict the run when given. */
export type BackfillRequest = Pick<
  IngestRequest,
  'owner' | 'assets' | 'from' | 'to' | 'portfolio' | 'quote' | 'dryRun'
> & {
  /** Nothing but what this shard has of it (docs/workers.md). */
  readonly shard?: Shard | null
}

/** Where nothing says since when an asset is held, and nothing is stored yet. */
const DAYS_AT_LEAST = 7

/**
 * `ingest` of everything that the store is meant to hold, oldest gap first, also of what gave nothing before: every
 * series stored, from its first hour, and every asset of every portfolio, from when it was first held.
 * Each shard has a lease of its own, so that all of them run beside each other. Errors as `ingest`.
 */
export async function backfill(
  request: BackfillRequest,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<IngestSummary> {
  if (request.dryRun) return runOnce(await backfillOrder(request, io), io, emit, signal)
  const work = async (leased: AbortSignal) => runOnce(await backfillOrder(request, io), io, emit, leased)
  return withLease(io, signal, work, leaseOf(request))
}

function leaseOf({ shard }: BackfillRequest): string {
  return shard ? `${PIPELINE_LEASE}:${shardName(shard)}` : PIPELINE_LEASE
}

/** What is to be had, from what the store holds by now. */
export async function backfillOrder(request: BackfillRequest, io: JobIo): Promise<Order> {
  const now = io.now()
  const to = hourOf(Math.min(request.to ?? now, now))
  const stored = await storedStarts(io)
  const { wants, wallets } = await portfolioWants(request, io)
  const begins = [...stored.map(({ first }) => first), ...wants.map(({ since }) => leadOf(since ?? to))]
  const earliest = Math.min(...begins, addHours(to, -24 * DAYS_AT_LEAST)) as Hour
  const from = request.from === null ? earliest : hourOf(request.from)
  const starts = startsOf(stored, wants, from)
  const startOf = (want: SeriesWant): Hour => {
    if (request.from !== null) return addHours(from, -LEAD_HOURS)
    const since = want.since === null ? Infinity : leadOf(want.since)
    const start = Math.min(starts.get(keyOf(want)) ?? Infinity, since)
    return start === Infinity ? from : (start as Hour)
  }
  return {
    command: 'backfill',
    request: { ...request, coins: null, wallets, days: DAYS_AT_LEAST, mode: 'backfill' },
    range: { from, to },
    hours: (want) => [marksRun(startOf(want), to)],
    extra: [...stored.map(({ want }) => want), ...wants],
    only: request.assets.length === 0 ? null : new Set(request.assets),
    share: request.shard ? shareOf(request.shard) : null,
    lease: leaseOf(request),
  }
}

const keyOf = ({ asset, quote }: SeriesWant): string => `${asset}|${quote}`
const leadOf = (since: number): Hour => addHours(hourOf(since), -LEAD_HOURS)

type Stored = { readonly want: SeriesWant; readonly first: Hour }

/** Series that a provider gave, and the first hour that was ever asked for; prices by hand are nobody's to fill. */
async function storedStarts(io: JobIo): Promise<Stored[]> {
  const starts: Stored[] = []
  for (const { asset, quote, from } of await io.store.series()) {
    const chunks = await io.store.chunks({ assets: [asset], quote, from, to: from })
    const revisions = await io.store.revisions([asset], quote)
    if (revisions.every((chunk) => chunk.provider === MANUAL_PROVIDER)) continue
    const firsts = chunks.map(({ month, columns }) => {
      const index = columns.count.findIndex((count) => !Number.isNaN(count))
      return monthStart(month) + Math.max(0, index) * HOUR_MS
    })
    const first = Math.min(...firsts) as Hour
    starts.push({ want: { asset, quote, since: null }, first })
  }
  return starts
}

/** What the portfolios hold: the one named, else all that are stored. Their wallets are read too. */
async function portfolioWants(
  { owner, portfolio }: BackfillRequest,
  io: JobIo,
): Promise<{ wants: SeriesWant[]; wallets: Wallet[] }> {
  const all: Portfolio[] = portfolio === null ? await io.store.portfolios(owner) : [portfolio]
  const wants: SeriesWant[] = []
  for (const one of all) {
    const held = await heldAssets(io.store, owner, one, one.wallets)
    wants.push(...seriesWants(held, [], one.baseCurrency, io.marks.through))
  }
  return { wants, wallets: all.flatMap((one) => one.wallets) }
}

/** From where each series is needed: what is held for ever from the earliest hour of all. */
function startsOf(
  stored: readonly Stored[],
  wants: readonly SeriesWant[],
  earliest: Hour,
): Map<string, Hour> {
  const starts = new Map(stored.map(({ want, first }) => [keyOf(want), first]))
  for (const want of wants) {
    const from = want.since === null ? earliest : leadOf(want.since)
    starts.set(keyOf(want), Math.min(starts.get(keyOf(want)) ?? Infinity, from) as Hour)
  }
  return starts
}
