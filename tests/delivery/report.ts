import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { OK } from '#core/quality.ts'
import type { Attribution, PnlReport, TokenSeries } from '#pipeline/queries/pnl-report.ts'

const FROM = Date.UTC(2026, 10, 1) as Hour

const NONE: Attribution = { price: 0, trading: 0, income: 0, fees: 0, loss: 0, residual: 0 }

/** A token held in one quantity; NaN marks are missing. */
export function token(
  asset: string,
  symbol: string,
  quantity: string,
  marks: readonly number[],
): TokenSeries {
  const held = Number(quantity)
  const first = marks.find((mark) => !Number.isNaN(mark)) ?? NaN
  const pnl = marks.map((mark) => held * (mark - first))
  const end = pnl.at(-1) ?? NaN
  return {
    asset: asset as AssetId,
    symbol,
    quantity: marks.map(() => quantity),
    mark: Float64Array.from(marks),
    value: Float64Array.from(marks, (mark) => held * mark),
    pnl: Float64Array.from(pnl),
    quality: Uint8Array.from(marks, (mark) => (Number.isNaN(mark) ? 0 : OK)),
    source: marks.map((mark) => (Number.isNaN(mark) ? null : 'coingecko')),
    attribution: { ...NONE, price: end },
    external: 0,
    exchanged: 0,
    fraction: Float64Array.from(pnl, (made) => made / Math.abs(held * first)),
  }
}

/** A report of those tokens by the hour, its total summed over what is known. */
export function report(tokens: readonly TokenSeries[], part: Partial<PnlReport> = {}): PnlReport {
  const count = tokens[0]?.mark.length ?? 1
  const hours = Array.from({ length: count }, (_, at) => (FROM + at * HOUR_MS) as Hour)
  const sum = (column: 'value' | 'pnl') =>
    Float64Array.from(hours, (_, at) => tokens.reduce((total, each) => total + (each[column][at] || 0), 0))
  const priced = Float64Array.from(hours, (_, at) => tokens.filter((each) => each.quality[at] !== 0).length)
  const pnl = sum('pnl')
  const value = sum('value')
  return {
    portfolio: 'main',
    baseCurrency: 'usd' as Quote,
    mode: 'snapshot',
    from: FROM,
    to: hours.at(-1) as Hour,
    hours,
    tokens,
    total: {
      value,
      pnl,
      coverage: priced.map((known) => known / Math.max(1, tokens.length)),
      coverageByCount: priced.map((known) => known / Math.max(1, tokens.length)),
      quality: new Uint8Array(count).fill(OK),
      attribution: { ...NONE, price: pnl.at(-1) ?? 0 },
      external: 0,
      exchanged: 0,
      fraction: pnl.map((made) => made / (value[0] ?? NaN)),
      change24h: null,
    },
    gaps: [],
    missingWallets: [],
    carriedWallets: [],
    batches: { computed: 0, reused: 0 },
    ...part,
  }
}
