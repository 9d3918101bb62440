import type { AssetId, Quote } from '#core/asset.ts'
import type { Chunk } from '#core/candle.ts'
import { DAY_MS, HOUR_MS, hourOf, hoursBetween } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import type { Suspect } from '#core/sample.ts'
import type { ManualPrice } from '#ingestion/prices-csv/read.ts'
import { screen } from '#ingestion/screen/screen.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import type { GapStore, SeriesReader } from '../ports.ts'
import { candleAt } from './hour-candle.ts'
import { secondSource } from './second-source.ts'

/** Prices of one asset and currency, judged. */
export type ScreenedPrices = {
  /** Those that go into candles: given now, or kept aside before and confirmed by now. */
  readonly accepted: readonly ManualPrice[]
  /** Every suspect of the series as it stands now. */
  readonly suspects: readonly Suspect[]
  /** How many of the prices given are kept aside. */
  readonly aside: number
}
type Sample = { readonly time: number; readonly price: number }
type Stores = Pick<GapStore, 'suspects'> & Pick<SeriesReader, 'chunks'>

/**
 * Prices by hand are screened like any sample (docs/semantics.md, 1), among the samples that are stored of any
 * provider: those were judged before and only serve to judge by.
 * @param given of one asset and quote currency
 */
export async function screenManual(given: readonly ManualPrice[], store: Stores): Promise<ScreenedPrices> {
  const { asset, quote } = given[0] as ManualPrice
  const known = await store.suspects({ asset, quote, provider: MANUAL_PROVIDER })
  const candidates = candidatesOf(given, known)
  const times = [...candidates.keys()]
  const from = monthOf(Math.min(...times) - DAY_MS)
  const to = monthOf(Math.max(...times) + DAY_MS)
  const chunks = await store.chunks({ assets: [asset], quote, from, to })
  const trusted = trustedTimes(candidates, chunks)
  const samples = together(candidates, chunks)
  const { suspects } = screen(samples, {
    asset,
    quote,
    provider: MANUAL_PROVIDER,
    before: null,
    second: secondSource(chunks.filter(({ provider }) => provider !== MANUAL_PROVIDER)),
    decided: (time) => {
      const price = candidates.get(time)
      return price === undefined || trusted.has(time) ? 'accepted' : handDecision(known, time, price)
    },
  })
  return settle(given, candidates, trusted, known, suspects)
}

/** By time: what is given, and what was kept aside and waits; the same time given anew replaces it. */
function candidatesOf(given: readonly ManualPrice[], known: readonly Suspect[]): Map<number, ManualPrice> {
  const candidates = new Map<number, ManualPrice>()
  for (const { asset, quote, time, price, state } of known)
    if (state === 'pending' || state === 'held') candidates.set(time, { asset, quote, time, price })
  for (const price of given) candidates.set(price.time, price)
  return candidates
}

/** Candidates that are in a candle already: entering a file again judges nothing anew. */
function trustedTimes(
  candidates: ReadonlyMap<number, ManualPrice>,
  chunks: readonly Chunk[],
): ReadonlySet<number> {
  const own = new Map(chunks.filter(({ provider }) => provider === MANUAL_PROVIDER).map((c) => [c.month, c]))
  const stored = ({ time, price }: ManualPrice): boolean => {
    const month = monthOf(time)
    const columns = own.get(month)?.columns
    const hour = hourOf(time)
    const candle = columns === undefined ? null : candleAt(columns, hoursBetween(monthStart(month), hour))
    if (candle === null) return false
    const offset = time - hour
    const value = Number(price)
    if (offset === candle.first || offset === candle.last)
      return value === (offset === candle.first ? candle.open : candle.close)
    // Of three and more samples those between are known by their limits alone.
    const between = candle.count > 2 && offset > candle.first && offset < candle.last
    return between && value >= candle.low && value <= candle.high
  }
  return new Set([...candidates.values()].filter(stored).map(({ time }) => time))
}

/** Candidates and stored samples in the order of time; where both speak of one moment, the candidate is judged. */
function together(candidates: ReadonlyMap<number, ManualPrice>, chunks: readonly Chunk[]) {
  const stored = chunks.flatMap(samplesOf).filter(({ time }) => !candidates.has(time))
  const all = [
    ...stored,
    ...[...candidates.values()].map(({ time, price }) => ({ time, price: Number(price) })),
  ]
  all.sort((a, b) => a.time - b.time)
  return {
    times: Float64Array.from(all, ({ time }) => time),
    prices: Float64Array.from(all, ({ price }) => price),
  }
}

/** What candles still tell of their samples: the first and the last of each hour. */
function samplesOf({ month, columns }: Chunk): Sample[] {
  const samples: Sample[] = []
  for (let index = 0; index < columns.count.length; index++) {
    const candle = candleAt(columns, index)
    if (candle === null) continue
    const start = monthStart(month) + index * HOUR_MS
    samples.push({ time: start + candle.first, price: candle.open })
    if (candle.last !== candle.first) samples.push({ time: start + candle.last, price: candle.close })
  }
  return samples
}

/** What was decided by hand about this price; another one at the same time is another matter. */
function handDecision(
  known: readonly Suspect[],
  time: number,
  { price }: ManualPrice,
): 'accepted' | 'rejected' | null {
  const same = known.find((suspect) => suspect.time === time && Number(suspect.price) === Number(price))
  return same?.state === 'accepted' || same?.state === 'rejected' ? same.state : null
}

function settle(
  given: readonly ManualPrice[],
  candidates: ReadonlyMap<number, ManualPrice>,
  trusted: ReadonlySet<number>,
  known: readonly Suspect[],
  judged: readonly Suspect[],
): ScreenedPrices {
  const isNew = (time: number) => candidates.has(time) && !trusted.has(time)
  const verdicts = judged.filter(({ time }) => isNew(time))
  const out = ({ state }: Suspect) => state !== 'accepted' && state !== 'released'
  const aside = new Set(verdicts.filter(out).map(({ time }) => time))
  return {
    accepted: [...candidates.values()].filter(({ time }) => !aside.has(time)),
    suspects: [...known.filter(({ time }) => !isNew(time)), ...verdicts],
    aside: given.filter(({ time }) => aside.has(time)).length,
  }
}

/** The series that prices belong to, in the order in which they first appear. */
export function bySeries(
  prices: readonly ManualPrice[],
): { asset: AssetId; quote: Quote; prices: ManualPrice[] }[] {
  const series = new Map<string, { asset: AssetId; quote: Quote; prices: ManualPrice[] }>()
  for (const price of prices) {
    const { asset, quote } = price
    const key = `${asset}|${quote}`
    const one = series.get(key) ?? { asset, quote, prices: [] }
    one.prices.push(price)
    series.set(key, one)
  }
  return [...series.values()]
}
