import type { Entry } from './entry.ts'
import { type Exact, compare, isZero, least, minus, minusKnown, plusKnown, portion } from './exact.ts'
import type { LotRef } from './lot.ts'
import { SURPLUS } from './place.ts'
import type { PartRule } from './report.ts'
import type { LotSettings } from './settings.ts'
import type { Ratio, SplitRatios } from './split-ratios.ts'

/** A part of a disposal that meets a purchase outside the pool (method `uk`). */
export type Claim = {
  readonly out: Entry
  readonly in: Entry
  readonly lot: LotRef
  /** In the unit of the disposal, and of the purchase: a split may lie between them. */
  readonly quantity: Exact
  readonly size: Exact
  /** Share of the purchase's cost; null where its price is missing. */
  readonly cost: Exact | null
  readonly rule: PartRule
}

export const NO_CLAIMS: readonly Claim[] = []
const WINDOW_DAYS = 30

/** One local day of one pool: what was bought and what was disposed of, in order. */
export type DayTrades = { readonly day: number; readonly ins: Entry[]; readonly outs: Entry[] }

/**
 * Matches disposals with purchases: first those of the same day, then, the earliest disposal first, with the earliest
 * of the next 30 days.
 * @param days of one pool, ascending
 * @param claimed what earlier disposals claim of purchases of these days
 * @param ratios splits of the pool
 * @returns claims in the order in which they were made
 */
export function matchAhead(
  days: readonly DayTrades[],
  claimed: readonly Claim[],
  ratios: SplitRatios,
  settings: LotSettings,
): Claim[] {
  const books = new Map<Entry, Book>()
  for (const { ins } of days) for (const entry of ins) books.set(entry, new Book(entry, settings))
  for (const claim of claimed) books.get(claim.in)?.add(claim.size, claim.cost)
  const claims: Claim[] = []
  const needs = new Map<Entry, Exact>()
  const meet = (out: Entry, entry: Entry, rule: PartRule): void => {
    const book = books.get(entry) as Book
    const need = needs.get(out) ?? out.quantity
    if (isZero(need) || isZero(book.free)) return
    const claim = book.claim(out, need, ratios.between(out.place, entry.place), rule)
    needs.set(out, minus(need, claim.quantity))
    claims.push(claim)
  }
  for (const { ins, outs } of days)
    for (const out of outs) for (const entry of ins) meet(out, entry, 'same-day')
  let first = 0
  const purchases = days.flatMap(({ day, ins }) => ins.map((entry) => ({ day, entry })))
  for (const { day, outs } of days) {
    for (const out of outs) {
      const exhausted = ({ day: then, entry }: (typeof purchases)[number]) =>
        then <= day || isZero((books.get(entry) as Book).free)
      while (first < purchases.length && exhausted(purchases[first] as (typeof purchases)[number])) first++
      for (let at = first; at < purchases.length; at++) {
        const { day: then, entry } = purchases[at] as (typeof purchases)[number]
        if (then > day + WINDOW_DAYS || isZero(needs.get(out) ?? out.quantity)) break
        meet(out, entry, '30-days')
      }
    }
  }
  return claims
}

/** What is still free of a purchase. */
class Book {
  free: Exact
  private left: Exact | null
  private readonly cost: Exact | null
  private readonly entry: Entry

  constructor(entry: Entry, settings: LotSettings) {
    this.entry = entry
    this.free = entry.quantity
    this.cost = purchaseCost(entry, settings)
    this.left = this.cost
  }

  add(size: Exact, cost: Exact | null): void {
    this.free = minus(this.free, size)
    this.left = minusKnown(this.left, cost)
  }

  claim(out: Entry, need: Exact, { after, before }: Ratio, rule: PartRule): Claim {
    const wanted = compare(after, before) === 0 ? need : portion(need, after, before)
    const size = least(wanted, this.free)
    const whole = compare(size, this.free) === 0
    const quantity = compare(wanted, size) === 0 ? need : portion(size, before, after)
    const cost = this.cost === null || whole ? this.left : portion(this.cost, size, this.entry.quantity)
    this.add(size, cost)
    const { flow, place, undocumented } = this.entry
    const proof = undocumented ? 'undocumented' : this.cost === null ? 'unpriced' : 'documented'
    const id = place.step === SURPLUS ? `${flow.id}#surplus` : flow.id
    return { out, in: this.entry, lot: { id, opened: place.time, proof }, quantity, size, cost, rule }
  }
}

/** Cost of a purchase as it opens its lot: its value, and the fees that join it. */
function purchaseCost({ undocumented, value, joins, charges }: Entry, { fees }: LotSettings): Exact | null {
  if (undocumented) return null
  if (!joins || fees !== 'basis') return value
  return charges.reduce<Exact | null>((sum, charge) => plusKnown(sum, charge.value), value)
}
