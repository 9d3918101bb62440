import { formatTime } from '#core/hour.ts'
import { gainsOf } from '#pipeline/lots/gains.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import { longTermText } from './json.ts'

/** Gains by year, asset and term as machines read them. */
export function gainsDocument(view: LotView): object {
  const { portfolio, baseCurrency, settings, at } = view
  const { method, scope, fees, oversell, longTerm, timeZone } = settings
  const { rows, years } = gainsOf(view)
  return {
    portfolio,
    baseCurrency,
    method,
    scope,
    fees,
    oversell,
    longTerm: longTermText(longTerm),
    timeZone,
    at: at === null ? null : formatTime(at),
    gains: rows.map((row) => ({ ...row })),
    years: years.map((year) => ({ ...year })),
  }
}
