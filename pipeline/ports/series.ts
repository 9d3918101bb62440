/** Prices by month, and the samples and hours that are missing in them. */
import type { AssetId, Quote } from '#core/asset.ts'
import type { CandleRun, Chunk, ProviderId } from '#core/candle.ts'
import type { MergeCounts } from '#core/merge.ts'
import type { Month } from '#core/month.ts'
import type { Gap, Suspect, SuspectState } from '#core/sample.ts'

export type ChunkQuery = {
  readonly assets: readonly AssetId[]
  readonly quote: Quote
  /** Months from `from` to `to`, both included. */
  readonly from: Month
  readonly to: Month
}
export type ChunkRevision = {
  readonly asset: AssetId
  readonly provider: ProviderId
  readonly month: Month
  readonly revision: number
}
export interface SeriesReader {
  /** Chunks ordered by asset, provider, month (bytes of their ids); those that do not exist are left out. */
  chunks(query: ChunkQuery): Promise<Chunk[]>
  /** Revisions of all chunks of the assets in a quote currency, in the same order, without reading them. */
  revisions(assets: readonly AssetId[], quote: Quote): Promise<ChunkRevision[]>
  /** For each month with chunks of the assets a text that changes exactly when one of their revisions does. */
  monthRevisions(assets: readonly AssetId[], quote: Quote): Promise<{ month: Month; revisions: string }[]>
  /** Every (asset, quote) that has candles, ordered. */
  series(): Promise<{ asset: AssetId; quote: Quote; from: Month; to: Month }[]>
}

/** One answer of a provider, judged: its candles, the samples kept aside, the gaps that it leaves. */
export type PriceWrite = {
  readonly run: CandleRun
  readonly suspects: readonly Suspect[]
  readonly gaps: readonly Gap[]
}
export interface PriceWriter {
  /**
   * Stores answers, all or none of them. Candles are put in by `mergeRun`. Within the hours of each run, suspects of
   * its asset, quote and provider are replaced by those given, except the ones decided by hand; gaps are cut back to
   * what lies outside and the ones given are added. Writing the same again changes no byte.
   */
  writePrices(writes: readonly PriceWrite[]): Promise<MergeCounts[]>
  /** Adds gaps outside of any answer (`plan-reach`, `failed`), replacing what they overlap. */
  writeGaps(gaps: readonly Gap[]): Promise<void>
}
export type SuspectKey = Pick<Suspect, 'asset' | 'quote' | 'provider' | 'time'>
export interface GapStore {
  /** Ordered by asset, quote, provider, time. */
  gaps(filter?: { asset?: AssetId; quote?: Quote }): Promise<Gap[]>
  suspects(filter?: {
    asset?: AssetId
    quote?: Quote
    provider?: ProviderId
    states?: readonly SuspectState[]
  }): Promise<Suspect[]>
  /** Sets the state of one suspect by hand; candles follow by `writePrices`. Returns false when there is none. */
  decideSuspect(key: SuspectKey, state: 'accepted' | 'rejected'): Promise<boolean>
}
