import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthOf, type Month } from '#core/month.ts'
import { newestHour, type SeriesState } from '../../plan/missing.ts'
import type { HourRun } from '../../plan/runs.ts'
import type { ChunkRevision, Store } from '../../ports.ts'
import { confirmedHours } from '../second-source.ts'

type Reads = Pick<Store, 'chunks' | 'revisions' | 'gaps' | 'suspects'>

/** What the store holds of one series, by provider, as far as planning some hours of it needs. */
export type StoredSeries = { state(provider: ProviderId): SeriesState }

/** Reads the chunks of the wanted months, and of each provider's newest month, which holds its newest hour. */
export async function storedSeries(
  store: Reads,
  asset: AssetId,
  quote: Quote,
  hours: readonly HourRun[],
): Promise<StoredSeries> {
  const revisions = await store.revisions([asset], quote)
  const spans = [
    ...hours.map(monthsOf),
    ...newestMonths(revisions).map((month) => ({ from: month, to: month })),
  ]
  const from = spans.map((span) => span.from).sort()[0]
  const read = from === undefined ? [] : await readSpans(store, asset, quote, spans)
  const gaps = await store.gaps({ asset, quote })
  const suspects = await store.suspects({ asset, quote })
  return {
    state(provider) {
      const chunks = read.filter((chunk) => chunk.provider === provider)
      const own = suspects.filter((suspect) => suspect.provider === provider)
      const others = read.filter((chunk) => chunk.provider !== provider)
      return {
        chunks,
        gaps: gaps.filter((gap) => gap.provider === provider),
        suspects: own,
        newest: newestHour(chunks),
        confirmed: confirmedHours(own, others),
      }
    },
  }
}

type Span = { from: Month; to: Month }

/** Chunks of several spans of months, each once. */
async function readSpans(store: Reads, asset: AssetId, quote: Quote, spans: readonly Span[]) {
  const united: Span[] = []
  for (const span of [...spans].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = united.at(-1)
    if (last !== undefined && span.from <= last.to) {
      if (span.to > last.to) last.to = span.to
    } else united.push({ ...span })
  }
  const chunks = []
  for (const span of united) chunks.push(...(await store.chunks({ assets: [asset], quote, ...span })))
  return chunks
}

const monthsOf = (run: HourRun): Span => ({
  from: monthOf(run.from),
  to: monthOf(Math.max(run.from, run.to - HOUR_MS)),
})

function newestMonths(revisions: readonly ChunkRevision[]): Month[] {
  const newest = new Map<ProviderId, Month>()
  for (const { provider, month } of revisions) {
    const known = newest.get(provider)
    if (known === undefined || month > known) newest.set(provider, month)
  }
  return [...newest.values()]
}

/** Hours from a mark to another, both included, as a run. */
export function marksRun(from: Hour, to: Hour): HourRun {
  return { from, to: (to + HOUR_MS) as Hour }
}
