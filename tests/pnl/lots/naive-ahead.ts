import type { AssetId } from '#core/asset.ts'
import { methodFor, type LotSettings } from '#pnl/lots/settings.ts'
import { add, cmp, div, fraction, isZero, min, mul, neg, sub, ZERO, type Fraction } from './fraction.ts'
import { byOrder, type Event } from './naive-events.ts'
import { localDay, localYear } from './naive-calendar.ts'

/** A part of a disposal that meets a purchase, in the unit of each. */
export type Match = { from: Event; to: Event; quantity: Fraction; size: Fraction }

/** Same day, then the next 30 days, as the United Kingdom's rule says, by going through everything for everything. */
export function matchAhead(
  events: readonly Event[],
  settings: LotSettings,
  poolOf: (asset: AssetId, wallet: string, time: number) => string,
): Match[] {
  const day = (event: Event) => Date.parse(localDay(event.time, settings.timeZone)) / 86_400_000
  const key = (event: Event) => poolOf(event.asset, event.wallet, event.time)
  const realised = settings.wraps === 'realise'
  const outs = events.filter(
    (event) =>
      methodFor(settings, event.asset, localYear(event.time, settings.timeZone)) === 'uk' &&
      ((event.type === 'out' &&
        event.kind !== 'rebase' &&
        event.way === null &&
        (event.kind !== 'gift' || settings.gifts === 'market')) ||
        (event.type === 'depart' && event.way?.convert === true && realised)),
  )
  const ins = events.filter(
    (event) => event.type === 'in' || (event.type === 'arrive' && event.way?.convert === true && realised),
  )
  const matches: Match[] = []
  const meet = (from: Event, to: Event) => {
    const factor = factorOf(
      events.filter((event) => key(event) === key(from)),
      from,
      to,
    )
    const used = matches
      .filter((match) => match.from === from)
      .reduce((sum, match) => add(sum, match.quantity), ZERO)
    const gone = matches.filter((match) => match.to === to).reduce((sum, match) => add(sum, match.size), ZERO)
    const size = min(mul(sub(from.quantity, used), factor), sub(to.quantity, gone))
    if (!isZero(size)) matches.push({ from, to, quantity: div(size, factor), size })
  }
  for (const from of outs)
    for (const to of ins) if (key(from) === key(to) && day(from) === day(to)) meet(from, to)
  for (const from of outs)
    for (const to of ins)
      if (key(from) === key(to) && day(to) > day(from) && day(to) <= day(from) + 30) meet(from, to)
  return matches
}

/** What of a pool no lot shows at a split: met by a purchase to come, or claimed by a disposal to come. */
export function pendingAt(split: Event, matches: readonly Match[], pool: readonly Event[]): Fraction {
  return matches.reduce((sum, { from, to, quantity, size }) => {
    if (!pool.includes(from)) return sum
    const [gone, come] = [byOrder(from, split) < 0, byOrder(to, split) < 0]
    if (gone === come) return sum
    return gone
      ? sub(sum, mul(quantity, factorOf(pool, from, split)))
      : add(sum, mul(size, factorOf(pool, to, split)))
  }, ZERO)
}

/** Units at `to` for one unit at `from`: every split between them. */
function factorOf(pool: readonly Event[], from: Event, to: Event): Fraction {
  let held = ZERO
  let factor = fraction(1n)
  const backwards = byOrder(from, to) > 0
  const [first, last] = backwards ? [to, from] : [from, to]
  for (const event of pool) {
    if (event.type === 'in' || event.type === 'arrive') held = add(held, event.quantity)
    else if (event.type === 'split') {
      const after = add(held, event.quantity)
      if (isZero(held) || isZero(after) || cmp(held, ZERO) !== cmp(after, ZERO)) continue
      if (byOrder(first, event) < 0 && byOrder(event, last) < 0) factor = mul(factor, div(after, held))
      held = after
    } else if (event.type !== 'base') held = add(held, neg(event.quantity))
  }
  return backwards ? div(fraction(1n), factor) : factor
}
