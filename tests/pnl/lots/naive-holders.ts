import { add, neg, ZERO, type Fraction } from './fraction.ts'
import type { Event } from './naive-events.ts'

/** What flows say that wallets hold, while pools are common. Keys are asset, wallet and way, by line breaks. */
export function hold(holders: Map<string, Fraction>, event: Event): void {
  const { asset, wallet, way, type, quantity } = event
  const change = (key: string, size: Fraction) => holders.set(key, add(holders.get(key) ?? ZERO, size))
  const own = `${asset}\n${wallet}`
  const between = way !== null && !way.convert && way.wallets.length > 1
  const onWay = `${asset}\nway\n${way?.key ?? ''}`
  if (type === 'in' || type === 'split' || type === 'arrive') change(own, quantity)
  else if (type === 'out' && way !== null) {
    if (between) change(onWay, neg(quantity))
  } else if (type !== 'base') change(own, neg(quantity))
  if (between && type === 'depart') change(onWay, quantity)
  if (between && type === 'arrive') change(onWay, neg(quantity))
}
