import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, monthsBetween, type Month } from '#core/month.ts'
import { LOOK_BACK_HOURS } from '#pnl/marks/dispute.ts'
import type { LotMark } from '#pnl/lots/report.ts'
import { carryMsOf } from '#pnl/settings.ts'
import type { MarkLoader } from '../pnl/marks.ts'
import type { ChunkRevision, SeriesReader } from '../ports.ts'
import { markIn } from './store-marks.ts'

/** Marks of a month's flows by asset and hour, each asset's with what they rest on. */
export type MonthMarks = ReadonlyMap<
  AssetId,
  { readonly key: string; readonly marks: ReadonlyMap<number, LotMark | null> }
>

/** What the marks of assets rest on, month by month, without reading a candle. */
export class MarkRevisions {
  private readonly texts: ReadonlyMap<AssetId, ReadonlyMap<Month, string>>
  /** How long before a month's start a candle may lie that speaks in it. */
  private readonly leadMs: number

  private constructor(texts: MarkRevisions['texts'], leadMs: number) {
    this.texts = texts
    this.leadMs = leadMs
  }

  static async read(
    assets: readonly AssetId[],
    io: SeriesReader,
    { quote, base, settings }: MarkLoader,
  ): Promise<MarkRevisions> {
    const { through } = settings
    const own = byAsset(await io.revisions([...new Set([...assets, through])], quote))
    for (const asset of assets) {
      if (!asset.startsWith('fiat:') || asset === base) continue
      // A currency is the ratio of two series, or what was entered by hand.
      const currency = asset.slice('fiat:'.length) as Quote
      const inCurrency = byAsset(await io.revisions([through], currency)).get(through)
      own.set(asset, joined([own.get(asset), own.get(through), inCurrency]))
    }
    const carried = [...assets, through].map((asset) => carryMsOf(settings, asset))
    return new MarkRevisions(own, Math.max(LOOK_BACK_HOURS * HOUR_MS, ...carried) + HOUR_MS)
  }

  key(asset: AssetId, month: Month): string {
    const texts = this.texts.get(asset)
    if (texts === undefined) return ''
    const months = monthsBetween(monthStart(month) - this.leadMs, monthStart(month))
    return months.map((each) => texts.get(each) ?? '').join('/')
  }
}

function byAsset(rows: readonly ChunkRevision[]): Map<AssetId, Map<Month, string>> {
  const found = new Map<AssetId, Map<Month, string>>()
  for (const { asset, provider, month, revision } of rows) {
    let months = found.get(asset)
    if (months === undefined) found.set(asset, (months = new Map<Month, string>()))
    months.set(month, `${months.get(month) ?? ''};${provider}:${revision}`)
  }
  return found
}

function joined(parts: readonly (ReadonlyMap<Month, string> | undefined)[]): Map<Month, string> {
  const months = new Set(parts.flatMap((part) => [...(part?.keys() ?? [])]))
  const text = (month: Month) => parts.map((part) => part?.get(month) ?? '').join('|')
  return new Map([...months].map((month) => [month, text(month)]))
}

/** Marks that a month's flows need; candles are read of assets alone whose key moved or that are needed anew. */
export async function monthMarks(
  month: Month,
  needed: ReadonlyMap<AssetId, ReadonlySet<Hour>>,
  { before, revisions }: { readonly before: MonthMarks | null; readonly revisions: MarkRevisions },
  loader: MarkLoader,
): Promise<MonthMarks> {
  const keys = new Map([...needed.keys()].map((asset) => [asset, revisions.key(asset, month)]))
  const stands = (asset: AssetId, hours: ReadonlySet<Hour>): boolean => {
    const known = before?.get(asset)
    return known?.key === keys.get(asset) && [...hours].every((hour) => known?.marks.has(hour))
  }
  const stale = [...needed].filter(([asset, hours]) => !stands(asset, hours))
  if (stale.length === 0 && before?.size === needed.size) return before
  const from = monthStart(month)
  const book = stale.length === 0 ? null : await loader.load(stale.map(([asset]) => asset), from, monthEnd(month)) // prettier-ignore
  const marks = new Map<AssetId, NonNullable<ReturnType<MonthMarks['get']>>>()
  for (const asset of needed.keys()) {
    const known = before?.get(asset)
    if (known !== undefined) marks.set(asset, known)
  }
  for (const [asset, hours] of stale) {
    const series = book?.of(asset)
    const read = [...hours].map(
      (hour) => [hour, series === undefined ? null : markIn(series, (hour - from) / HOUR_MS)] as const,
    )
    marks.set(asset, { key: keys.get(asset) ?? '', marks: new Map(read) })
  }
  return marks
}
