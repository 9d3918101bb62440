import type { AssetId } from '#core/asset.ts'
import type { FlowKind } from '#core/flow.ts'
import { type Exact, compare, times } from './exact.ts'
import { byPlace, type Place } from './place.ts'
import type { Method } from './settings.ts'
import type { Ratio } from './split-ratios.ts'

/** What is known of a lot's cost: `documented`, `undocumented` (no basis), or `unpriced` (a price is missing). */
export type Proof = 'documented' | 'undocumented' | 'unpriced'

/** Where a lot comes from at last: the purchase, over all its moves. */
export type Root = {
  readonly place: Place
  readonly flow: string
  readonly source: string
  readonly tx: string | null
  readonly kind: FlowKind
}

/** A quantity acquired at one time at one unit cost. Sizes are positive; a short lot says so by `short`. */
export type Lot = {
  readonly id: string
  readonly asset: AssetId
  readonly wallet: string | null
  readonly opened: number
  readonly root: Root
  /** Order of making within its pool's engine: the last tie. */
  readonly serial: number
  readonly short: boolean
  readonly movedFrom: string | null
  /** The flow that it left the other pool with; null where it did not move. */
  readonly sentBy: string | null
  proof: Proof
  quantity: Exact
  remaining: Exact
  /** Cost of `per` units as acquired (proceeds, of a short); null unless documented. */
  cost: Exact | null
  per: Exact
  /** Cost of what remains. */
  left: Exact | null
  /** Cost of one unit as a double, for quick comparisons. */
  unit: number
}

/** What a part says of the lot that it is from; `id` is null where no list has that lot. */
export type LotRef = Pick<Lot, 'opened' | 'proof'> & { readonly id: string | null }

/** Which of two lots is used first: less than 0 for the first. */
export type LotOrder = (a: Lot, b: Lot) => number

/** By acquisition time, then order of entry. */
export const byAge: LotOrder = (a, b) =>
  a.opened - b.opened || byPlace(a.root.place, b.root.place) || a.serial - b.serial

const byUnitCost =
  (sign: 1 | -1): LotOrder =>
  (a, b) => {
    if (a.cost === null || b.cost === null) {
      return Number(a.cost === null) - Number(b.cost === null) || byAge(a, b)
    }
    // Of a short, the cost of closing is in question: the lowest proceeds are the dearest lot.
    return (a.short ? -sign : sign) * compareUnits(a, b) || byAge(a, b)
  }

/** Doubles decide unless they are next to each other; then exact products do. */
function compareUnits(a: Lot, b: Lot): number {
  const difference = a.unit - b.unit
  if (Math.abs(difference) > 1e-12 * (Math.abs(a.unit) + Math.abs(b.unit))) return difference
  return compare(times(a.cost as Exact, b.per), times(b.cost as Exact, a.per))
}

/** How a method takes lots: in which order, at whose cost, and what its parts are called. */
export type MethodPlan = {
  readonly order: LotOrder
  /** Cost comes from the pool's average; dates are drawn by `order`. */
  readonly averages: boolean
  /** Disposals meet acquisitions of the same day and of the next 30 days before the pool. */
  readonly looksAhead: boolean
  /** Disposals may name their lots. */
  readonly names: boolean
}

const plan = (order: LotOrder, part: Partial<MethodPlan> = {}): MethodPlan => ({
  order,
  averages: false,
  looksAhead: false,
  names: false,
  ...part,
})

/** Every method as values: another country's rule is one more line. */
export const PLANS: Readonly<Record<Method, MethodPlan>> = {
  fifo: plan(byAge),
  lifo: plan((a, b) => byAge(b, a)),
  hifo: plan(byUnitCost(-1)),
  lofo: plan(byUnitCost(1)),
  average: plan(byAge, { averages: true }),
  uk: plan(byAge, { averages: true, looksAhead: true }),
  specific: plan(byAge, { names: true }),
}

/** Unit cost of a lot as a pair, and as a hint. */
export type UnitCost = Pick<Lot, 'cost' | 'per' | 'unit'>

export type Making = Pick<
  Lot,
  'id' | 'asset' | 'wallet' | 'root' | 'serial' | 'proof' | 'remaining' | 'left'
> & {
  readonly opened?: number
  readonly short?: boolean
  readonly movedFrom?: string | null
  readonly sentBy?: string | null
  readonly quantity?: Exact
  readonly unitCost?: UnitCost
}

/** A lot with what is the same for most: bought as it stands, at the cost that is left. */
export function makeLot(lot: Making): Lot {
  const { root, remaining, left, quantity = remaining, unitCost } = lot
  return {
    id: lot.id,
    asset: lot.asset,
    wallet: lot.wallet,
    opened: lot.opened ?? root.place.time,
    root,
    serial: lot.serial,
    short: lot.short ?? false,
    movedFrom: lot.movedFrom ?? null,
    sentBy: lot.sentBy ?? null,
    proof: lot.proof,
    quantity,
    remaining,
    cost: unitCost === undefined ? left : unitCost.cost,
    per: unitCost === undefined ? remaining : unitCost.per,
    left,
    unit: unitCost === undefined ? unitOf(left, remaining) : unitCost.unit,
  }
}

export const freshCost = (cost: Exact | null, per: Exact): UnitCost => ({
  cost,
  per,
  unit: unitOf(cost, per),
})

// Exact ratios grow with every conversion; past this many digits a lot's unit cost begins anew, rounded.
const LONGEST = 10n ** 400n

/** The unit cost of a lot restated in another unit, exactly, so that lots that tied still tie. */
export function restated(lot: UnitCost, { before, after }: Ratio, left: Exact | null, size: Exact): UnitCost {
  if (lot.cost === null || compare(before, after) === 0)
    return { cost: lot.cost, per: lot.per, unit: lot.unit }
  if (lot.per.digits > LONGEST || lot.cost.digits > LONGEST) return freshCost(left, size)
  return freshCost(times(lot.cost, before), times(lot.per, after))
}

/** The double of cost ÷ per; only a hint for `compareUnits`. */
const unitOf = (cost: Exact | null, per: Exact): number =>
  cost === null ? NaN : (Number(cost.digits) / Number(per.digits)) * 10 ** (per.scale - cost.scale)
