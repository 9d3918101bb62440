import type { AssetId } from '#core/asset.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import type { ExchangeBasis } from '../flows/exchange.ts'
import type { Exact } from './exact.ts'
import type { Place } from './place.ts'

/**
 * What an entry does to lots:
 * `in` opens a lot (or closes shorts); `out` disposes; `leave` takes lots away at cost; `depart` and `arrive` carry lots
 * between pools; `split` scales them; `amount` is income or cost without lots.
 */
export type EntryRole = 'in' | 'out' | 'leave' | 'depart' | 'arrive' | 'split' | 'amount'

/** Transfer legs or conversion legs of one tx that belong together. */
export type Move = {
  readonly key: string
  /** What leaves; a conversion brings another. */
  readonly asset: AssetId
  readonly convert: boolean
  /** Wallets of all its legs: where they share one pool, nothing moves. */
  readonly wallets: readonly string[]
}

/** Where a value came from: an exchange's rule, the row's own price, the mark, or a leg of the same token and tx. */
export type ValueBasis = ExchangeBasis | 'own-price' | 'mark' | 'same-tx' | 'none'

/** A fee or another cost: what it was paid in, its value in the base currency (null: missing), and the row that it is from. */
export type Charge = { readonly flow: Flow; readonly asset: AssetId; readonly value: Exact | null }

/** One change of one pool, with all that settings may need: the same entries serve every method, scope and treatment. */
export type Entry = {
  readonly place: Place
  readonly role: EntryRole
  readonly flow: Flow
  readonly asset: AssetId
  readonly wallet: string
  readonly kind: FlowKind
  /** Positive; of a split, signed. */
  readonly quantity: Exact
  /** Value of its exchange, own price or market value, before fees; of a deposit its cost basis. Null: missing. */
  readonly value: Exact | null
  readonly valuedBy: ValueBasis
  /** At the mark, for what enters or leaves at another value than the market's; null: no mark. */
  readonly market: Exact | null
  /** Came in without a cost basis. */
  readonly undocumented: boolean
  /** Came in with a cost basis of its own, which is no market value. */
  readonly ownBasis: boolean
  /** Counts as income at its value. */
  readonly income: boolean
  /** Costs that go with it: fees of a trade, or the value of gas. */
  readonly charges: readonly Charge[]
  /** Whether the charges are fees of a trade, which join the leg under `basis`. */
  readonly joins: boolean
  /** What it moves with; on a `fee`, the transfer that lost it on the way. */
  readonly move: Move | null
  /** Lots that it names (`specific`). */
  readonly named: string | null
}
