import { Decimal, ZERO, formatDecimal } from '#core/decimal.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { ceilHour, type Hour } from '#core/hour.ts'
import { walletBook, type Balance } from '#core/portfolio.ts'

/**
 * What a wallet's balances add to its flows: the quantity enters as `opening` at the first hour that is known, and
 * what flows do not explain between two balances is one `unexplained` flow at the later one.
 */
export type Anchored = {
  readonly knownFrom: Hour
  /** `opening` and `unexplained` flows, in order of time. */
  readonly derived: readonly Flow[]
}

/** The source of flows that balances add. */
const BALANCES = 'balances'

/** Whether a flow is what balances add: an opening that was stored is within the one that they give. */
export const isDerived = ({ source }: Flow): boolean => source === BALANCES

/** A flow of the line: when, and by how much (a token fee counts as one of its own). */
export type Change = { readonly time: number; readonly quantity: Decimal }

/**
 * Anchors one line (asset, wallet, chain) at the balances read (docs/semantics.md, 2).
 * @param balances of the line, ascending in time, at least one
 * @param changes of the line, ascending in time; those at or before `knownFrom` are within the opening
 * @param coveredFrom since when its flows are complete, milliseconds; null when they are not
 */
export function anchorLine(
  balances: readonly Balance[],
  changes: readonly Change[],
  coveredFrom: number | null,
): Anchored {
  const first = balances[0] as Balance
  const knownFrom = ceilHour(Math.min(coveredFrom ?? first.time, first.time))
  const anchor = balances.findLast((balance) => balance.time <= knownFrom) ?? first
  const opening = new Decimal(anchor.quantity)
    .plus(between(changes, anchor.time, knownFrom))
    .minus(between(changes, knownFrom, anchor.time))
  const derived: Flow[] = opening.isZero() ? [] : [derive(anchor, 'opening', knownFrom, opening)]
  let present = opening
  let since: number = knownFrom
  for (const balance of balances.filter(({ time }) => time > knownFrom)) {
    const explained = present.plus(between(changes, since, balance.time))
    present = new Decimal(balance.quantity)
    since = balance.time
    const difference = present.minus(explained)
    if (!difference.isZero()) derived.push(derive(balance, 'unexplained', balance.time, difference))
  }
  return { knownFrom, derived }
}

/** Sum of the changes in (after, until]. */
function between(changes: readonly Change[], after: number, until: number): Decimal {
  let sum = ZERO
  for (let index = firstAfter(changes, after); index < changes.length; index++) {
    const change = changes[index] as Change
    if (change.time > until) break
    sum = sum.plus(change.quantity)
  }
  return sum
}

function firstAfter(changes: readonly Change[], time: number): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle] as Change).time > time) high = middle
    else low = middle + 1
  }
  return low
}

function derive(balance: Balance, kind: 'opening' | 'unexplained', time: number, quantity: Decimal): Flow {
  const { owner, wallet, chain, asset } = balance
  return {
    ...UNDETAILED,
    id: `${kind}|${wallet}|${chain}|${asset}|${time}`,
    owner,
    book: walletBook(wallet),
    source: BALANCES,
    time,
    asset,
    quantity: formatDecimal(quantity),
    kind,
    wallet,
    chain: chain === '' ? null : chain,
  }
}
