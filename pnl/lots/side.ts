import {
  type Exact,
  NOUGHT,
  compare,
  isZero,
  least,
  minus,
  minusKnown,
  plus,
  plusKnown,
  portion,
} from './exact.ts'
import { LotHeap } from './heap.ts'
import { type Lot, type MethodPlan, byAge, freshCost, restated } from './lot.ts'
import type { PartRule } from './report.ts'

/** What was drawn from one lot; cost is 0 where it is undocumented, null where its price is missing. */
export type Taken = {
  readonly lot: Lot
  readonly quantity: Exact
  cost: Exact | null
  readonly rule: PartRule
}

export type SideFigures = {
  readonly total: Exact
  readonly held: Exact
  readonly cost: Exact | null
  readonly unpriced: Exact
}

/** The open lots of one pool on one side, long or short. */
export class Side {
  /** Of all its lots. */
  total = NOUGHT
  /** Quantity of what is not undocumented, and its cost as far as it is known. */
  held = NOUGHT
  private cost: Exact | null = NOUGHT
  /** Quantity of lots whose price is missing; under an average such a price spoils the cost of all. */
  private unpriced = NOUGHT
  private plan: MethodPlan
  private heap: LotHeap

  constructor(plan: MethodPlan, lots: readonly Lot[] = []) {
    this.plan = plan
    this.heap = new LotHeap(plan.order, lots)
  }

  /** Its totals; those of a side that is put back are given with its lots. */
  get figures(): SideFigures {
    const { total, held, cost, unpriced } = this
    return { total, held, cost, unpriced }
  }

  set figures({ total, held, cost, unpriced }: SideFigures) {
    this.total = total
    this.held = held
    this.cost = cost
    this.unpriced = unpriced
  }

  /** How many lots it goes through, among them some that are closed. */
  get size(): number {
    return this.heap.size
  }

  /** Open lots, in no order. */
  open(): Lot[] {
    return this.heap.all().filter(({ remaining }) => !isZero(remaining))
  }

  /** Cost of what is held; null where a price is missing. */
  get heldCost(): Exact | null {
    return isZero(this.unpriced) ? this.cost : null
  }

  /** Open lots, oldest first. */
  lots(): Lot[] {
    return this.open().sort(byAge)
  }

  get averages(): boolean {
    return this.plan.averages
  }

  add(lot: Lot): void {
    if (isZero(lot.remaining)) return
    this.heap.add(lot)
    this.total = plus(this.total, lot.remaining)
    this.blend(lot)
  }

  private blend(lot: Lot): void {
    if (lot.proof === 'undocumented') return
    this.held = plus(this.held, lot.remaining)
    if (this.plan.averages) this.cost = plusKnown(this.cost, lot.left)
    else if (lot.proof === 'unpriced') this.unpriced = plus(this.unpriced, lot.remaining)
    else this.cost = plusKnown(this.cost, lot.left)
  }

  /** Draws up to a quantity in the order of the method. @returns what there was, which may be less */
  take(quantity: Exact, rule: PartRule): Taken[] {
    const taken: Taken[] = []
    let need = quantity
    for (let lot = this.heap.top; lot !== undefined && !isZero(need); lot = this.heap.top) {
      if (isZero(lot.remaining)) {
        this.heap.pop()
        continue
      }
      const size = least(need, lot.remaining)
      taken.push(this.draw(lot, size, rule))
      need = minus(need, size)
      if (isZero(lot.remaining)) this.heap.pop()
    }
    return this.priced(taken)
  }

  /** Draws from the lots given, and no others. */
  takeFrom(choices: readonly { readonly lot: Lot; readonly quantity: Exact }[], rule: PartRule): Taken[] {
    return this.priced(choices.map(({ lot, quantity }) => this.draw(lot, quantity, rule)))
  }

  /** Draws up to a quantity from all lots in proportion to their sizes. */
  takeEvenly(quantity: Exact): Taken[] {
    const size = least(quantity, this.total)
    const lots = this.lots()
    const parts = lots.map((lot) => least(portion(lot.remaining, size, this.total), lot.remaining))
    // Rounding leaves a last digit over: the last lot takes it, or where it has no more, those before it.
    let rest = parts.reduce((left, part) => minus(left, part), size)
    for (let at = lots.length - 1; at >= 0 && !isZero(rest); at--) {
      const part = parts[at] as Exact
      const next = least(plus(part, rest), (lots[at] as Lot).remaining)
      rest = minus(rest, minus(next, part))
      parts[at] = next
    }
    return this.takeFrom(
      lots
        .map((lot, index) => ({ lot, quantity: parts[index] as Exact }))
        .filter((part) => !isZero(part.quantity)),
      'proportion',
    )
  }

  private draw(lot: Lot, size: Exact, rule: PartRule): Taken {
    const undocumented = lot.proof === 'undocumented'
    const cost = undocumented ? NOUGHT : this.plan.averages ? null : costOf(lot, size)
    lot.remaining = minus(lot.remaining, size)
    this.total = minus(this.total, size)
    if (undocumented || this.plan.averages) return { lot, quantity: size, cost, rule }
    this.held = minus(this.held, size)
    if (cost === null) this.unpriced = minus(this.unpriced, size)
    else this.cost = minusKnown(this.cost, cost)
    if (lot.left !== null && cost !== null) lot.left = minus(lot.left, cost)
    return { lot, quantity: size, cost, rule }
  }

  /** Under an average: the parts' share of the pool's cost, divided by quantity. */
  private priced(taken: Taken[]): Taken[] {
    if (!this.plan.averages) return taken
    const parts = taken.filter(({ lot }) => lot.proof !== 'undocumented')
    if (parts.length === 0) return taken
    const size = parts.reduce((sum, { quantity }) => plus(sum, quantity), NOUGHT)
    const drawn = this.release(size)
    if (drawn === null) return taken
    divide(drawn, parts, size)
    return taken
  }

  /** Takes a quantity's share out of the pool's cost. */
  private release(size: Exact): Exact | null {
    const whole = compare(size, this.held) === 0
    const drawn = this.cost === null || whole ? this.cost : portion(this.cost, size, this.held)
    this.held = minus(this.held, size)
    this.cost = whole ? NOUGHT : this.cost === null || drawn === null ? null : minus(this.cost, drawn)
    return drawn
  }

  /** Scales every lot so that together they hold `total`. Costs and dates stay. */
  scale(total: Exact): void {
    const lots = this.lots()
    const before = this.total
    let rest = total
    let held = NOUGHT
    let unpriced = NOUGHT
    lots.forEach((lot, index) => {
      const remaining = index === lots.length - 1 ? rest : portion(lot.remaining, total, before)
      rest = minus(rest, remaining)
      const untouched = compare(lot.quantity, lot.remaining) === 0
      lot.quantity = untouched ? remaining : portion(lot.quantity, total, before)
      lot.remaining = remaining
      Object.assign(lot, restated(lot, { before, after: total }, lot.left, remaining))
      if (lot.proof !== 'undocumented') held = plus(held, remaining)
      if (lot.proof === 'unpriced') unpriced = plus(unpriced, remaining)
    })
    this.total = total
    this.held = held
    if (!this.plan.averages) this.unpriced = unpriced
  }

  /** What each open lot cost: its own, or under an average its share of the pool's. */
  costs(): { readonly lot: Lot; readonly cost: Exact | null }[] {
    const lots = this.lots()
    if (!this.plan.averages) return lots.map((lot) => ({ lot, cost: lot.left }))
    const shares = lots.map((lot) => ({ lot, quantity: lot.remaining, cost: null as Exact | null }))
    const parts = shares.filter(({ lot }) => lot.proof !== 'undocumented')
    if (this.cost !== null && parts.length > 0) divide(this.cost, parts, this.held)
    return shares
  }

  /** The same lots by another method: what an average cost becomes the lots' own, and the other way round. */
  replan(plan: MethodPlan): void {
    const both = this.plan.averages && plan.averages
    if (this.plan.averages && !plan.averages) this.settle()
    this.plan = plan
    const lots = this.lots()
    this.heap = new LotHeap(plan.order, lots)
    if (both) return
    this.held = NOUGHT
    this.cost = NOUGHT
    this.unpriced = NOUGHT
    for (const lot of lots) this.blend(lot)
  }

  private settle(): void {
    for (const { lot, cost } of this.costs()) {
      if (lot.proof === 'undocumented') continue
      lot.proof = cost === null ? 'unpriced' : 'documented'
      lot.left = cost
      // All have the pool's unit cost, exactly, so that they tie.
      Object.assign(lot, freshCost(this.cost, this.held))
    }
  }
}

/** Cost of a part of a lot; the last part takes what is left. */
function costOf(lot: Lot, size: Exact): Exact | null {
  if (lot.cost === null || lot.left === null) return null
  return compare(size, lot.remaining) === 0 ? lot.left : portion(lot.cost, size, lot.per)
}

/** Divides an amount over parts by their quantities, the remainder to the last. */
function divide(
  amount: Exact,
  parts: readonly { readonly quantity: Exact; cost: Exact | null }[],
  size: Exact,
): void {
  let rest = amount
  parts.forEach((part, index) => {
    part.cost = index === parts.length - 1 ? rest : portion(amount, part.quantity, size)
    rest = minus(rest, part.cost)
  })
}
