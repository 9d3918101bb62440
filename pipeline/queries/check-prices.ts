import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type CandleColumns, type ProviderId } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { addHours, hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import { judgeAnswer } from '#ingestion/screen/judged.ts'
import { disputesOf, type Dispute } from '#pnl/marks/dispute.ts'
import { MANUAL_PROVIDER, markSeries, type SourceCandles } from '#pnl/marks/marks.ts'
import type { MarkRules } from '#pnl/marks/tracks.ts'
import { markRulesOf, type MarkSettings } from '#pnl/settings.ts'
import { unite } from '../plan/runs.ts'
import { windowsFor } from '../plan/windows.ts'
import type { PriceSource, SeriesReader } from '../ports.ts'

export type CheckAsk = {
  readonly asset: AssetId
  readonly quote: Quote
  /** Hour marks, both included. */
  readonly from: Hour
  readonly to: Hour
  readonly now: number
}
/** One source beside the first of the order that has prices at the same hours. */
export type SourceCheck = {
  readonly provider: ProviderId
  /** Hours with a mark of its own, and how many there are in the range. */
  readonly hours: number
  readonly of: number
  /** Hours that the first source has too, and how far apart the two are there, as fractions; null where there are none. */
  readonly shared: number
  readonly median: number | null
  readonly most: { readonly apart: number; readonly hour: Hour } | null
  readonly disputed: number
  /** Why it could not be asked, or not for all of the range. */
  readonly note: string | null
}
export type PriceCheck = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly from: Hour
  readonly to: Hour
  /** Whom the others are compared with; null where no source has a price. */
  readonly against: ProviderId | null
  readonly sources: readonly SourceCheck[]
  readonly disputes: readonly Dispute[]
}
type CheckIo = {
  readonly store: SeriesReader
  readonly prices: readonly PriceSource[]
  readonly marks: MarkSettings
}

/**
 * Compares all sources hour by hour over a range: what each has, how far it is from the first, where they dispute an
 * hour. Each is asked for what the store does not have of it; nothing is stored. A source that fails is told so.
 */
export async function checkPrices(ask: CheckAsk, io: CheckIo, signal: AbortSignal): Promise<PriceCheck> {
  const { asset, quote, from, to } = ask
  const notes = new Map<ProviderId, string>()
  const candles = await Promise.all(
    io.marks.sources
      .filter((provider) => provider !== MANUAL_PROVIDER)
      .map(async (provider): Promise<SourceCandles> => {
        const source = io.prices.find(({ id }) => id === provider)
        const { columns, note } = await candlesOf(provider, source, ask, io, signal)
        if (note !== null) notes.set(provider, note)
        return { provider, pieces: [{ from, columns }] }
      }),
  )
  const rules = markRulesOf(io.marks, asset)
  const own = new Map(candles.map((one) => [one.provider, ownMarks(one, ask, rules)]))
  const against = [...own].find(([, prices]) => prices.some((price) => !Number.isNaN(price)))?.[0] ?? null
  const disputes = disputesOf(from, addHours(to, 1), candles, rules)
  const sources = candles.map(({ provider }) => {
    const prices = own.get(provider) as Float64Array
    const first = against === null || against === provider ? null : (own.get(against) as Float64Array)
    const limit = rules.disputeLimit ?? Infinity
    return { provider, note: notes.get(provider) ?? null, ...compared(prices, first, from, limit) }
  })
  return { asset, quote, from, to, against, sources, disputes }
}

/** The marks that a source alone would give: its own, carried ones left out. */
function ownMarks(
  source: SourceCandles,
  { from, to }: CheckAsk,
  { estimated = [] }: MarkRules,
): Float64Array {
  return markSeries(from, addHours(to, 1), [source], 0, { estimated }).price
}

function compared(prices: Float64Array, first: Float64Array | null, from: Hour, limit: number) {
  const apart: { apart: number; hour: Hour }[] = []
  for (const [index, price] of prices.entries()) {
    const other = first?.[index] ?? NaN
    if (Number.isNaN(price) || Number.isNaN(other)) continue
    apart.push({ apart: Math.abs(price - other) / Math.min(price, other), hour: addHours(from, index) })
  }
  const ordered = [...apart].sort((a, b) => a.apart - b.apart)
  const middle = ordered.length >> 1
  const [low, high] = [ordered[ordered.length % 2 === 0 ? middle - 1 : middle], ordered[middle]]
  return {
    hours: prices.filter((price) => !Number.isNaN(price)).length,
    of: prices.length,
    shared: apart.length,
    median: low === undefined || high === undefined ? null : (low.apart + high.apart) / 2,
    most: ordered.at(-1) ?? null,
    disputed: apart.filter((each) => each.apart > limit).length,
  }
}

/** Candles over the range: those stored, and for hours without any what the source answers now. */
async function candlesOf(
  provider: ProviderId,
  source: PriceSource | undefined,
  ask: CheckAsk,
  io: CheckIo,
  signal: AbortSignal,
): Promise<{ columns: CandleColumns; note: string | null }> {
  const { asset, quote, from, now } = ask
  const columns = await storedColumns(provider, ask, io.store)
  if (source === undefined) return { columns, note: 'not configured' }
  if (!source.supports(asset, quote)) return { columns, note: `has no name for ${asset}` }
  const reach = source.reach(now)
  const begin = Math.max(from, reach ?? from) as Hour
  const lacking = hoursLacking(columns, from).filter((hour) => hour >= begin && hour <= hourOf(now))
  const limits = { maxHours: source.maxHours, minHours: source.minHours, reach, now }
  const runs = unite(lacking.map((hour) => ({ from: hour, to: addHours(hour, 1) })))
  const short = reach !== null && reach > from ? 'reaches back less far' : null
  let merged = columns
  try {
    for (const window of windowsFor(runs, limits)) {
      const answer = await source.prices({ asset, quote, from: window.from, to: window.to }, signal)
      const part = { asked: window.from, from: window.core.from, to: window.core.to }
      const { run } = judgeAnswer(answer, part, { asset, quote, provider, before: null })
      merged = put(merged, run.columns, hoursBetween(from, run.from))
    }
    return { columns: merged, note: short }
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code === 'INTERRUPTED') throw error
    return { columns: merged, note: error.message }
  }
}

async function storedColumns(
  provider: ProviderId,
  ask: CheckAsk,
  store: SeriesReader,
): Promise<CandleColumns> {
  const { asset, quote, from, to } = ask
  const chunks = await store.chunks({ assets: [asset], quote, from: monthOf(from), to: monthOf(to) })
  let columns = emptyColumns(hoursBetween(from, to) + 1)
  for (const chunk of chunks)
    if (chunk.provider === provider)
      columns = put(columns, chunk.columns, hoursBetween(from, monthStart(chunk.month)))
  return columns
}

/** Columns with what others have in it, where they have something; `offset` is where those begin, in hours. */
function put(columns: CandleColumns, others: CandleColumns, offset: number): CandleColumns {
  const next = emptyColumns(columns.count.length)
  for (const name of Object.keys(columns) as (keyof CandleColumns)[]) {
    next[name].set(columns[name])
    for (let index = 0; index < others.count.length; index++)
      if ((others.count[index] as number) > 0 && index + offset >= 0 && index + offset < next[name].length)
        next[name][index + offset] = others[name][index] as number
  }
  return next
}

function hoursLacking({ count }: CandleColumns, from: Hour): Hour[] {
  return [...count].flatMap((samples, index) => (samples > 0 ? [] : [addHours(from, index)]))
}
