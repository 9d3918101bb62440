import { MISSING, OK } from '#core/quality.ts'
import { Sum } from '#core/sum.ts'

/**
 * What the day that ends at an hour says of one asset; prices are NaN where there is none. The day has 25 marks, from
 * 24 hours before the hour up to it.
 */
export type DayPrices = {
  /** The mark at the hour and its quality, as a code of core/quality.ts. */
  readonly mark: number
  readonly quality: number
  /** The first and the last mark of the day, and whether they are two. */
  readonly first: number
  readonly last: number
  readonly moved: boolean
  /** The last mark known at the hour, and at the beginning of the day, however old. */
  readonly known: number
  readonly knownBefore: number
}

/** One asset that is held, by the quantity that is held of it; none is 0. */
export type Standing = { readonly amount: number; readonly prices: DayPrices }

/** What a portfolio is worth at an hour (docs/semantics.md, 4, Totals). Money in the quote currency. */
export type Valuation = {
  /** NaN where something is held and nothing of it was ever priced. */
  readonly value: number
  readonly quality: number
  readonly coverage: number
  readonly coverageByCount: number
  /** Σ |value at last known marks|, of what has a mark and of all; their quotient is the coverage. */
  readonly priced: number
  readonly known: number
  readonly change24h: { readonly amount: number; readonly fraction: number | null } | null
}

/**
 * Values quantities that stood for the whole day: no flow in it, or mode `snapshot`.
 * @param held in the order of assets, which is the order of summation
 */
export function valueStanding(held: readonly Standing[]): Valuation {
  const value = new Sum()
  const known = new Sum()
  const priced = new Sum()
  let everPriced = 0
  let covered = 0
  let quality: number = OK
  for (const { amount, prices } of held) {
    const worth = amount * prices.known
    if (!Number.isNaN(worth)) {
      value.add(worth)
      known.add(Math.abs(worth))
      everPriced++
    }
    if (prices.quality === MISSING) continue
    covered++
    priced.add(Math.abs(worth))
    quality = Math.min(quality, prices.quality)
  }
  const none = held.length === 0
  return {
    value: none || everPriced > 0 ? value.value : NaN,
    quality: !none && covered === 0 ? MISSING : quality,
    coverage: none ? 1 : known.value === 0 ? 0 : Math.min(1, priced.value / known.value),
    coverageByCount: none ? 1 : covered / held.length,
    priced: priced.value,
    known: known.value,
    change24h: none || covered > 0 ? changeOf(held) : null,
  }
}

/**
 * q·(p(t) − p(t − 24 h)), summed; as in `pnl`, what lacks a mark counts between the first and the last one it has.
 * Where nothing has two to compare there is no change to speak of, which is not the same as none.
 */
function changeOf(held: readonly Standing[]): Valuation['change24h'] {
  const pnl = new Sum()
  const before = new Sum()
  let known = 0
  let moved = 0
  for (const { amount, prices } of held) {
    const was = amount * prices.knownBefore
    if (!Number.isNaN(was)) {
      before.add(was)
      known++
    }
    if (!Number.isNaN(prices.last)) pnl.add(amount * (prices.last - prices.first))
    if (prices.moved) moved++
  }
  if (held.length > 0 && (known === 0 || moved === 0)) return null
  const invested = Math.abs(before.value)
  return { amount: pnl.value, fraction: invested === 0 ? null : pnl.value / invested }
}
