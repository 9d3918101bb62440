/** Lots of the second engine: one list, gone through again for every draw. */
import type { AssetId } from '#core/asset.ts'
import { methodFor, type LotSettings } from '#pnl/lots/settings.ts'
import {
  abs,
  add,
  addM,
  cmp,
  div,
  isZero,
  min,
  mul,
  mulM,
  neg,
  read,
  sub,
  sumOf,
  ZERO,
  type Fraction,
  type Maybe,
} from './fraction.ts'
import { localYear } from './naive-calendar.ts'
import { byOrder, type Event } from './naive-events.ts'

export type NaiveLot = {
  pool: string
  asset: AssetId
  opened: number
  root: Event
  serial: number
  short: boolean
  undocumented: boolean
  /** Cost of one unit; null where a price is missing. */
  unit: Maybe
  quantity: Fraction
}
export type Got = { lot: NaiveLot; quantity: Fraction; cost: Maybe }
/** Where to draw from, and by whose rules. */
export type Draw = { pool: string; short: boolean; asset: AssetId; time: number; event: Event }

const isAverage = (name: string) => name === 'average' || name === 'uk'
const byAge = (a: NaiveLot, b: NaiveLot) =>
  a.opened - b.opened || byOrder(a.root, b.root) || a.serial - b.serial

function orderBy(method: string) {
  const known = (lot: NaiveLot) => !lot.undocumented && lot.unit !== null
  return (a: NaiveLot, b: NaiveLot): number => {
    if (method === 'lifo') return byAge(b, a)
    if (method !== 'hifo' && method !== 'lofo') return byAge(a, b)
    if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a)) || byAge(a, b)
    const dearer = cmp(b.unit as Fraction, a.unit as Fraction)
    return ((method === 'hifo') !== a.short ? dearer : -dearer) || byAge(a, b)
  }
}

export class NaivePools {
  lots: NaiveLot[] = []
  /** The method by which each pool was last touched. */
  private readonly methods = new Map<string, string>()
  private readonly settings: LotSettings
  private serial = 0

  constructor(settings: LotSettings) {
    this.settings = settings
  }

  open(pool: string, short: boolean): NaiveLot[] {
    return this.lots.filter((lot) => lot.pool === pool && lot.short === short && !isZero(lot.quantity))
  }

  put(lot: Omit<NaiveLot, 'serial'>): void {
    if (!isZero(lot.quantity)) this.lots.push({ ...lot, serial: this.serial++ })
  }

  sweep(): void {
    this.lots = this.lots.filter((lot) => !isZero(lot.quantity))
  }

  private method(asset: AssetId, time: number): string {
    return methodFor(this.settings, asset, localYear(time, this.settings.timeZone))
  }

  /** Under an average all lots of a pool cost the same, again and again. */
  private average(pool: string, short: boolean): void {
    const held = this.open(pool, short).filter((lot) => !lot.undocumented)
    if (held.length === 0) return
    const quantity = sumOf(held.map((lot) => lot.quantity))
    const cost = held.map((lot) => mulM(lot.unit, lot.quantity)).reduce(addM, ZERO)
    for (const lot of held) lot.unit = cost === null ? null : div(cost, quantity)
  }

  averageAll(): void {
    for (const { pool, short } of [...this.lots]) {
      if (isAverage(this.methods.get(pool) ?? '')) this.average(pool, short)
    }
  }

  /** A pool that was averaged until now keeps the average as its lots' own cost. */
  touch(pool: string, asset: AssetId, time: number): void {
    const method = this.method(asset, time)
    if (isAverage(this.methods.get(pool) ?? '') && !isAverage(method)) {
      for (const short of [false, true]) this.average(pool, short)
    }
    this.methods.set(pool, method)
  }

  take(draw: Draw, quantity: Fraction): Got[] {
    const { pool, short, asset, time, event } = draw
    const method = this.method(asset, time)
    this.touch(pool, asset, time)
    if (isAverage(method)) this.average(pool, short)
    if (event.kind === 'rebase' && !short) return this.takeEvenly(pool, quantity)
    const got =
      method === 'specific' && !short && event.type !== 'in' ? this.takeNamed(pool, event.named) : []
    let need = sub(quantity, sumOf(got.map((part) => part.quantity)))
    while (!isZero(need)) {
      const [first] = this.open(pool, short).sort(orderBy(method))
      if (first === undefined) break
      const size = min(need, first.quantity)
      got.push(...this.draw(first, size))
      need = sub(need, size)
    }
    return got
  }

  private draw(lot: NaiveLot, size: Fraction): Got[] {
    if (isZero(size)) return []
    lot.quantity = sub(lot.quantity, size)
    return [{ lot, quantity: size, cost: lot.undocumented ? ZERO : mulM(lot.unit, size) }]
  }

  private takeEvenly(pool: string, quantity: Fraction): Got[] {
    const all = this.open(pool, false).sort(byAge)
    const total = sumOf(all.map((lot) => lot.quantity))
    const share = min(quantity, total)
    return all.flatMap((lot) => this.draw(lot, div(mul(lot.quantity, share), total)))
  }

  private takeNamed(pool: string, names: string): Got[] {
    const got: Got[] = []
    for (const pair of names.split(';').filter((piece) => piece !== '')) {
      const [tx = '', size = '0'] = pair.split(':')
      let named = read(size)
      for (const lot of this.open(pool, false).sort(byAge)) {
        if (lot.root.flow.tx !== tx && lot.root.flow.id !== tx) continue
        const part = min(named, lot.quantity)
        got.push(...this.draw(lot, part))
        named = sub(named, part)
      }
      if (!isZero(named)) throw new Error('refused')
    }
    return got
  }

  /** @param pending what of the pool no lot shows */
  split(pool: string, change: Fraction, pending: Fraction): void {
    const held = this.lots.filter((lot) => lot.pool === pool && !isZero(lot.quantity))
    const before = add(sumOf(held.map((lot) => (lot.short ? neg(lot.quantity) : lot.quantity))), pending)
    const after = add(before, change)
    if (isZero(before) || isZero(after) || cmp(before, ZERO) !== cmp(after, ZERO)) return
    for (const lot of held) {
      lot.quantity = div(mul(lot.quantity, after), before)
      lot.unit = lot.unit === null ? null : div(mul(lot.unit, before), after)
    }
  }

  /** Common pools become the holders' own. @param poolOf the pool of a holder from now on */
  deal(holders: ReadonlyMap<string, Fraction>, poolOf: (asset: AssetId, wallet: string) => string): void {
    this.averageAll()
    for (const short of [false, true]) {
      for (const asset of new Set(this.lots.map((lot) => lot.asset))) {
        const pooled = this.open(asset, short).sort(byAge)
        const names = holdersOf(holders, asset, short)
        names.forEach(({ name, way, size }, index) => {
          const pool = way === undefined ? poolOf(asset, name) : `way ${way}`
          let need = index === names.length - 1 ? sumOf(pooled.map((lot) => lot.quantity)) : size
          for (const lot of pooled) {
            const part = min(need, lot.quantity)
            need = sub(need, part)
            lot.quantity = sub(lot.quantity, part)
            this.put({ ...lot, pool, quantity: part })
          }
        })
      }
    }
  }
}

type Holder = { name: string; way: string | undefined; size: Fraction }

/** Who holds (or owes) an asset: wallets, then what is on its way. Keys are asset, wallet and way, by line breaks. */
function holdersOf(holders: ReadonlyMap<string, Fraction>, asset: AssetId, short: boolean): Holder[] {
  const found = [...holders]
    .filter(([key, size]) => key.startsWith(`${asset}\n`) && cmp(size, ZERO) === (short ? -1 : 1))
    .map(([key, size]): Holder => {
      const [, name = '', way] = key.split('\n')
      return { name, way, size: abs(size) }
    })
    .sort(
      (a, b) =>
        Number(a.way !== undefined) - Number(b.way !== undefined) ||
        ((a.way ?? a.name) < (b.way ?? b.name) ? -1 : 1),
    )
  return found.length === 0 ? [{ name: '', way: undefined, size: ZERO }] : found
}
