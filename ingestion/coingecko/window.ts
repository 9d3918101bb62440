import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'

// CoinGecko answers hourly for spans of 2 to 90 days. Shorter ones that end now come back 5-minutely and longer ones
// daily, which would change candles, or flatten hourly PnL, without any error.
export const MIN_HOURS = 48
export const MAX_HOURS = 90 * 24

/** What is asked for so that [from, to) is answered hourly. @param reach the first hour that may be asked for */
export function hourlyWindow(from: Hour, to: number, reach: Hour | null): { from: number; to: number } {
  const span = to - from
  if (!(span > 0) || span > MAX_HOURS * HOUR_MS) {
    throw new TidemarkError('INTERNAL', {
      message: `A price request spans ${span / HOUR_MS} hours; CoinGecko answers hourly for 1 to ${MAX_HOURS}.`,
      fix: 'Report this with the command that was run.',
    })
  }
  if (span >= MIN_HOURS * HOUR_MS) return { from, to }
  const wider = hourOf(to - MIN_HOURS * HOUR_MS)
  if (reach === null || wider >= reach) return { from: wider, to }
  // At the edge of the plan's reach there is nothing before: later hours are read along instead.
  const begin = Math.min(from, reach)
  return { from: begin, to: Math.max(to, begin + MIN_HOURS * HOUR_MS) }
}

/** A time as the plan's host takes it, rounded up: it is a limit, and whole hours stay whole. */
export function timeParameter(ms: number, style: 'seconds' | 'iso'): string {
  if (style === 'seconds') return String(Math.ceil(ms / 1000))
  return new Date(Math.ceil(ms / 60_000) * 60_000).toISOString().slice(0, 16)
}
