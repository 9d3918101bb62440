import { MISSING } from '#core/quality.ts'
import type { AssetId } from '#core/asset.ts'
import type { TokenResult } from '#pnl/hourly/token.ts'
import { tokenFractions, type TotalResult } from '#pnl/hourly/total.ts'
import { markSource, type MarkSeries } from '#pnl/marks/marks.ts'
import type { TokenSeries, TotalSeries } from './pnl-report.ts'
import { tokenNames, type NamePorts } from './token-names.ts'

/** Symbols of the coins that were pulled, and of those tokens of chains that are among the assets. */
export async function symbolsOf(io: NamePorts, assets: Iterable<AssetId>): Promise<Map<string, string>> {
  const coins = (await io.coins()).coins.map(({ asset, symbol }) => [asset, symbol.toUpperCase()] as const)
  return new Map([...coins, ...(await tokenNames(io, assets))])
}

/** How people call an asset. */
export function symbolOf(asset: AssetId, symbols: ReadonlyMap<string, string>): string {
  return asset.startsWith('fiat:') ? asset.slice(5).toUpperCase() : (symbols.get(asset) ?? asset)
}

/** A series at the hours shown; of all of them, which is what most look at, it is copied as it is. */
function pick<T extends Float64Array | Uint8Array>(series: T, hours: readonly number[]): T {
  const shown = series.slice(0, hours.length) as T
  if (hours.length < series.length)
    for (let at = 0; at < shown.length; at++) shown[at] = series[hours[at] as number] as number
  return shown
}

/** A token as a report has it, at the hours that are shown. */
export function tokenSeries(
  asset: AssetId,
  token: TokenResult,
  marks: MarkSeries,
  hours: readonly number[],
  symbols: ReadonlyMap<string, string>,
): TokenSeries {
  return {
    asset,
    symbol: symbolOf(asset, symbols),
    quantity: hours.map((index) => token.quantity[index] ?? null),
    mark: pick(marks.price, hours),
    value: pick(token.value, hours),
    pnl: pick(token.pnl, hours),
    quality: pick(token.quality, hours),
    source: hours.map((index) => markSource(marks, index)),
    attribution: token.attribution,
    external: token.external,
    exchanged: token.exchanged,
    fraction: pick(tokenFractions(token), hours),
  }
}

/** A total as a report has it, at the hours that are shown. */
export function totalSeries(total: TotalResult, hours: readonly number[]): TotalSeries {
  return {
    value: pick(total.value, hours),
    pnl: pick(total.pnl, hours),
    coverage: pick(total.coverage, hours),
    coverageByCount: pick(total.coverageByCount, hours),
    quality: pick(total.quality, hours),
    attribution: total.attribution,
    external: total.external,
    exchanged: total.exchanged,
    fraction: pick(total.fraction, hours),
    change24h: total.change24h,
  }
}

/** The total where nothing is known to be held and some wallet was never read: what it is worth is missing, not 0. */
export function unknownTotal(length: number, total: TotalResult): TotalSeries {
  const missing = () => new Float64Array(length).fill(NaN)
  return {
    value: missing(),
    pnl: missing(),
    coverage: new Float64Array(length),
    coverageByCount: new Float64Array(length),
    quality: new Uint8Array(length).fill(MISSING),
    attribution: total.attribution,
    external: total.external,
    exchanged: total.exchanged,
    fraction: missing(),
    change24h: null,
  }
}
