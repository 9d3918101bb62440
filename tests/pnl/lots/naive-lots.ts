/**
 * Lots once more, naive and slow: fractions that never round, and all lots gone through again for every draw. It shares
 * no code with `pnl/lots` but the table of methods by asset and year.
 */
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { methodFor, type LotSettings } from '#pnl/lots/settings.ts'
import {
  abs,
  add,
  addM,
  cmp,
  div,
  fraction,
  isZero,
  min,
  mul,
  mulM,
  neg,
  read,
  sub,
  subM,
  sumOf,
  ZERO,
  type Fraction,
  type Maybe,
} from './fraction.ts'
import { allFees, byOrder, eventsOf, type Event, type Prices } from './naive-events.ts'
import { matchAhead, pendingAt, type Match } from './naive-ahead.ts'
import { localYear, termOf } from './naive-calendar.ts'

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
export type NaivePart = {
  quantity: Fraction
  cost: Maybe
  proceeds: Maybe
  long: boolean
  undocumented: boolean
}
export type NaiveDisposal = { flow: string; kind: string; asset: AssetId; parts: NaivePart[] }
export type NaiveAsset = {
  quantity: Fraction
  cost: Maybe
  unrealised: Maybe
  realisedShort: Maybe
  realisedLong: Maybe
  unproven: Maybe
  income: Maybe
  costs: Maybe
  fees: Maybe
  transferred: Maybe
  undocumented: Fraction
}
export type NaiveReport = { disposals: NaiveDisposal[]; assets: Map<AssetId, NaiveAsset>; lots: NaiveLot[] }

export function naiveLots(input: {
  flows: readonly Flow[]
  base: AssetId
  price: Prices
  at: number
  settings: LotSettings
}): NaiveReport {
  const { settings, base, at } = input
  const events = eventsOf(input.flows, base, input.price).filter(({ time }) => time <= at)
  const switched = (time: number) =>
    settings.scope === 'wallet' || (settings.walletFrom !== null && time >= settings.walletFrom)
  const poolOf = (asset: AssetId, wallet: string, time: number) =>
    switched(time) ? `${asset} of ${wallet}` : asset
  const stays = (event: Event, time: number) =>
    event.way !== null && !event.way.convert && (!switched(time) || event.way.wallets.length === 1)
  const matches = matchAhead(events, settings, poolOf)
  const assets = new Map<AssetId, NaiveAsset>()
  const disposals: NaiveDisposal[] = []
  let lots: NaiveLot[] = []
  let serial = 0
  let dealt = settings.scope === 'wallet' || settings.walletFrom === null
  const holders = new Map<string, Fraction>()

  const of = (asset: AssetId): NaiveAsset => {
    const found = assets.get(asset) ?? {
      quantity: ZERO, cost: ZERO, unrealised: ZERO, realisedShort: ZERO, realisedLong: ZERO, unproven: ZERO,
      income: ZERO, costs: ZERO, fees: ZERO, transferred: ZERO, undocumented: ZERO,
    } // prettier-ignore
    assets.set(asset, found)
    return found
  }
  const open = (pool: string, short: boolean) =>
    lots.filter((lot) => lot.pool === pool && lot.short === short && !isZero(lot.quantity))
  const put = (lot: Omit<NaiveLot, 'serial'>) => {
    if (!isZero(lot.quantity)) lots.push({ ...lot, serial: serial++ })
  }
  const age = (a: NaiveLot, b: NaiveLot) =>
    a.opened - b.opened || byOrder(a.root, b.root) || a.serial - b.serial
  const method = (asset: AssetId, time: number) =>
    methodFor(settings, asset, localYear(time, settings.timeZone))
  const averaging = (asset: AssetId, time: number) => isAverage(method(asset, time))

  /** Under an average all lots of a pool cost the same, again and again. */
  const average = (pool: string, short: boolean) => {
    const held = open(pool, short).filter((lot) => !lot.undocumented)
    if (held.length === 0) return
    const quantity = sumOf(held.map((lot) => lot.quantity))
    const cost = held.map((lot) => mulM(lot.unit, lot.quantity)).reduce(addM, ZERO)
    for (const lot of held) lot.unit = cost === null ? null : div(cost, quantity)
  }

  /** A pool that was averaged until now keeps the average as its lots' own cost. */
  const methods = new Map<string, string>()
  const touch = (pool: string, asset: AssetId, time: number) => {
    const before = methods.get(pool) ?? ''
    if (isAverage(before) && !averaging(asset, time)) for (const short of [false, true]) average(pool, short)
    methods.set(pool, method(asset, time))
  }

  type Got = { lot: NaiveLot; quantity: Fraction; cost: Maybe }
  const take = (
    pool: string,
    short: boolean,
    asset: AssetId,
    time: number,
    quantity: Fraction,
    event: Event,
  ): Got[] => {
    touch(pool, asset, time)
    if (averaging(asset, time)) average(pool, short)
    const got: Got[] = []
    let need = quantity
    const draw = (lot: NaiveLot, size: Fraction) => {
      if (isZero(size)) return
      got.push({ lot, quantity: size, cost: lot.undocumented ? ZERO : mulM(lot.unit, size) })
      lot.quantity = sub(lot.quantity, size)
      need = sub(need, size)
    }
    if (event.kind === 'rebase' && !short) {
      const all = open(pool, false).sort(age)
      const total = sumOf(all.map((lot) => lot.quantity))
      const share = min(need, total)
      for (const lot of all) draw(lot, div(mul(lot.quantity, share), total))
      return got
    }
    if (method(asset, time) === 'specific' && !short && event.type !== 'in') {
      for (const pair of event.named.split(';').filter((piece) => piece !== '')) {
        const [tx = '', size = '0'] = pair.split(':')
        let named = read(size)
        for (const lot of open(pool, false).sort(age)) {
          if (lot.root.flow.tx !== tx && lot.root.flow.id !== tx) continue
          const part = min(named, lot.quantity)
          draw(lot, part)
          named = sub(named, part)
        }
        if (!isZero(named)) throw new Error('refused')
      }
    }
    while (!isZero(need)) {
      const [first] = open(pool, short).sort(orderBy(method(asset, time), age))
      if (first === undefined) break
      draw(first, min(need, first.quantity))
    }
    return got
  }

  const charge = (event: Event, trade: boolean): Maybe => {
    const total = allFees(event.fees)
    if (trade && event.trade && settings.fees === 'basis') return total
    const asset = of(event.asset)
    asset.costs = addM(asset.costs, total)
    if (trade && event.trade) asset.fees = addM(asset.fees, total)
    return ZERO
  }

  const realise = (event: Event, parts: NaivePart[]) => {
    if (parts.length === 0) return
    const asset = of(event.asset)
    for (const part of parts) {
      const gain = subM(part.proceeds, part.cost)
      if (part.long) asset.realisedLong = addM(asset.realisedLong, gain)
      else asset.realisedShort = addM(asset.realisedShort, gain)
      if (!part.undocumented) continue
      asset.unproven = addM(asset.unproven, gain)
      asset.undocumented = add(asset.undocumented, part.quantity)
    }
    disposals.push({ flow: event.flow.id, kind: event.kind, asset: event.asset, parts })
  }

  /** Comes into a pool: closes shorts first. */
  const enter = (
    event: Event,
    pool: string,
    size: Fraction,
    lot: Pick<NaiveLot, 'opened' | 'root' | 'undocumented' | 'unit'>,
  ) => {
    const closed = take(pool, true, event.asset, event.time, size, { ...event, type: 'in' })
    realise(event, closed.map(({ quantity, cost: proceeds }) => ({
      quantity, proceeds, cost: lot.undocumented ? ZERO : mulM(lot.unit, quantity), long: false, undocumented: lot.undocumented,
    }))) // prettier-ignore
    const rest = sub(size, sumOf(closed.map(({ quantity }) => quantity)))
    touch(pool, event.asset, event.time)
    put({ ...lot, pool, asset: event.asset, short: false, quantity: rest })
  }

  const receive = (event: Event) => {
    const asset = of(event.asset)
    const cost = addM(event.value, charge(event, true))
    if (event.income) asset.income = addM(asset.income, event.value)
    if (event.ownBasis) asset.transferred = subM(asset.transferred, subM(event.market, event.value))
    const claimed = sumOf(matches.filter(({ to }) => to === event).map(({ size }) => size))
    enter(event, poolOf(event.asset, event.wallet, event.time), sub(event.quantity, claimed), {
      opened: event.time,
      root: event,
      undocumented: event.undocumented,
      unit: event.undocumented || cost === null ? null : div(cost, event.quantity),
    })
  }

  const matchCost = ({ to, size }: Match): Maybe => {
    if (to.undocumented) return ZERO
    const cost = addM(to.value, to.trade && settings.fees === 'basis' ? allFees(to.fees) : ZERO)
    return mulM(cost, div(size, to.quantity))
  }

  const dispose = (event: Event) => {
    const proceeds = subM(event.value, charge(event, true))
    const onWay = event.way !== null && !event.way.convert && !stays(event, event.time)
    const pool = poolOf(event.asset, event.wallet, event.time)
    const share = (size: Fraction) => mulM(proceeds, div(size, event.quantity))
    const long = (opened: number) => termOf(opened, event.time, settings)
    const ahead = matches.filter(({ from }) => from === event)
    const parts = ahead.map((match): NaivePart => ({
      quantity: match.quantity, cost: matchCost(match), proceeds: share(match.quantity), long: long(match.to.time), undocumented: match.to.undocumented,
    })) // prettier-ignore
    const need = sub(event.quantity, sumOf(parts.map(({ quantity }) => quantity)))
    const lost = onWay ? take(`way ${event.way?.key ?? ''}`, false, event.asset, event.time, need, event) : []
    const more = sub(need, sumOf(lost.map(({ quantity }) => quantity)))
    const got = [...lost, ...take(pool, false, event.asset, event.time, more, event)]
    for (const { lot, quantity, cost } of got) {
      parts.push({
        quantity,
        cost,
        proceeds: share(quantity),
        long: long(lot.opened),
        undocumented: lot.undocumented,
      })
    }
    const short = sub(need, sumOf(got.map(({ quantity }) => quantity)))
    if (!isZero(short) && settings.oversell === 'short') shorten(event, pool, short, share(short))
    else if (!isZero(short)) {
      if (settings.oversell === 'refuse') throw new Error('refused')
      parts.push({ quantity: short, cost: ZERO, proceeds: share(short), long: false, undocumented: true })
    }
    realise(event, parts)
  }

  const shorten = (event: Event, pool: string, size: Fraction, proceeds: Maybe) => {
    const unit = proceeds === null ? null : div(proceeds, size)
    put({
      pool,
      asset: event.asset,
      opened: event.time,
      root: event,
      short: true,
      undocumented: false,
      unit,
      quantity: size,
    })
  }

  const leave = (event: Event) => {
    charge(event, false)
    const pool = poolOf(event.asset, event.wallet, event.time)
    const got = take(pool, false, event.asset, event.time, event.quantity, event)
    const short = sub(event.quantity, sumOf(got.map(({ quantity }) => quantity)))
    let value = event.market
    if (!isZero(short)) {
      if (settings.oversell === 'refuse') throw new Error('refused')
      const part = mulM(event.market, div(short, event.quantity))
      if (settings.oversell === 'short') {
        shorten(event, pool, short, part)
        value = subM(value, part)
      }
      if (settings.oversell === 'short' && got.length === 0) value = ZERO
    }
    const cost = got.map((part) => part.cost).reduce(addM, ZERO)
    const asset = of(event.asset)
    asset.transferred = addM(asset.transferred, subM(value, cost))
  }

  const depart = (event: Event) => {
    charge(event, false)
    if (stays(event, event.time)) return
    const pool = poolOf(event.asset, event.wallet, event.time)
    const way = `way ${event.way?.key ?? ''}`
    const got = take(pool, false, event.asset, event.time, event.quantity, event)
    for (const { lot, quantity } of got) put({ ...lot, pool: way, quantity })
    const short = sub(event.quantity, sumOf(got.map(({ quantity }) => quantity)))
    if (isZero(short)) return
    if (settings.oversell === 'refuse') throw new Error('refused')
    const value = event.way?.convert === true ? event.value : event.market
    const part = mulM(value, div(short, event.quantity))
    const borrowed = settings.oversell === 'short'
    if (borrowed) shorten(event, pool, short, part)
    const unit = borrowed && part !== null ? div(part, short) : null
    put({
      pool: way,
      asset: event.asset,
      opened: event.time,
      root: event,
      short: false,
      undocumented: !borrowed,
      unit,
      quantity: short,
    })
  }

  const arrive = (event: Event) => {
    charge(event, false)
    if (stays(event, event.time)) return
    const { key = '', asset = event.asset, convert = false } = event.way ?? {}
    const way = `way ${key}`
    const there = sumOf(open(way, false).map((lot) => lot.quantity))
    const got = take(way, false, asset, event.time, convert ? there : event.quantity, { ...event, named: '' })
    const factor = convert ? div(event.quantity, there) : fraction(1n)
    const to = poolOf(event.asset, event.wallet, event.time)
    for (const { lot, quantity } of got) {
      const unit = lot.unit === null ? null : div(lot.unit, factor)
      enter(event, to, mul(quantity, factor), {
        opened: lot.opened,
        root: lot.root,
        undocumented: lot.undocumented,
        unit,
      })
    }
  }

  const split = (event: Event) => {
    charge(event, false)
    const pool = poolOf(event.asset, event.wallet, event.time)
    const held = lots.filter((lot) => lot.pool === pool && !isZero(lot.quantity))
    const same = events.filter((other) => poolOf(other.asset, other.wallet, other.time) === pool)
    const own = sumOf(held.map((lot) => (lot.short ? neg(lot.quantity) : lot.quantity)))
    const before = add(own, pendingAt(event, matches, same))
    const after = add(before, event.quantity)
    if (isZero(before) || isZero(after) || cmp(before, ZERO) !== cmp(after, ZERO)) return
    for (const lot of held) {
      lot.quantity = div(mul(lot.quantity, after), before)
      lot.unit = lot.unit === null ? null : div(mul(lot.unit, before), after)
    }
  }

  const deal = () => {
    dealt = true
    const time = settings.walletFrom ?? 0
    for (const short of [false, true]) {
      for (const asset of new Set(lots.map((lot) => lot.asset))) {
        const pooled = open(asset, short).sort(age)
        if (pooled.length === 0) continue
        if (isAverage(methods.get(asset) ?? '')) average(asset, short)
        const names = [...holders]
          .filter(
            ([key, size]) =>
              key.startsWith(`${asset}\n`) && (short ? cmp(size, ZERO) < 0 : cmp(size, ZERO) > 0),
          )
          .map(([key, size]) => ({
            name: key.split('\n')[1] as string,
            way: key.split('\n')[2],
            size: abs(size),
          }))
          .sort(
            (a, b) =>
              Number(a.way !== undefined) - Number(b.way !== undefined) ||
              ((a.way ?? a.name) < (b.way ?? b.name) ? -1 : 1),
          )
        if (names.length === 0) names.push({ name: '', way: undefined, size: ZERO })
        names.forEach(({ name, way, size }, index) => {
          let need = index === names.length - 1 ? sumOf(pooled.map((lot) => lot.quantity)) : size
          for (const lot of pooled) {
            const part = min(need, lot.quantity)
            need = sub(need, part)
            lot.quantity = sub(lot.quantity, part)
            put({
              ...lot,
              pool: way === undefined ? poolOf(asset, name, time) : `way ${way}`,
              quantity: part,
            })
          }
        })
      }
    }
  }
  const hold = (event: Event) => {
    const change = (key: string, size: Fraction) => holders.set(key, add(holders.get(key) ?? ZERO, size))
    const own = `${event.asset}\n${event.wallet}`
    const between = event.way !== null && !event.way.convert && event.way.wallets.length > 1
    const way = `${event.asset}\nway\n${event.way?.key ?? ''}`
    if (event.type === 'in' || event.type === 'split' || event.type === 'arrive') change(own, event.quantity)
    else if (event.type === 'out' && event.way !== null) {
      if (between) change(way, neg(event.quantity))
    } else if (event.type !== 'base') change(own, neg(event.quantity))
    if (between && event.type === 'depart') change(way, event.quantity)
    if (between && event.type === 'arrive') change(way, neg(event.quantity))
  }

  for (const event of events) {
    if (!dealt && event.time >= (settings.walletFrom ?? 0)) deal()
    if (!dealt) hold(event)
    of(event.asset)
    const realises = event.way?.convert === true && settings.wraps === 'realise'
    if (event.type === 'in' || (event.type === 'arrive' && realises)) receive(event)
    else if (event.type === 'out' && event.kind === 'gift' && settings.gifts === 'cost') leave(event)
    else if (event.type === 'out' || (event.type === 'depart' && realises)) dispose(event)
    else if (event.type === 'leave') leave(event)
    else if (event.type === 'depart') depart(event)
    else if (event.type === 'arrive') arrive(event)
    else if (event.type === 'split') split(event)
    else {
      if (event.income) of(event.asset).income = addM(of(event.asset).income, event.value)
      charge(event, false)
    }
    lots = lots.filter((lot) => !isZero(lot.quantity))
  }
  if (!dealt && at >= (settings.walletFrom ?? 0)) deal()
  for (const lot of lots) if (isAverage(methods.get(lot.pool) ?? '')) average(lot.pool, lot.short)
  for (const [asset, row] of assets) {
    if (asset === base) continue
    const own = lots.filter((lot) => lot.asset === asset)
    const sign = (lot: NaiveLot, value: Fraction) => (lot.short ? neg(value) : value)
    const documented = own.filter((lot) => !lot.undocumented)
    row.quantity = sumOf(own.map((lot) => sign(lot, lot.quantity)))
    row.cost = documented
      .map((lot) => (lot.unit === null ? null : sign(lot, mul(lot.unit, lot.quantity))))
      .reduce(addM, ZERO)
    const price = input.price(asset, at)
    const held = sumOf(documented.map((lot) => sign(lot, lot.quantity)))
    row.unrealised = subM(
      isZero(held) ? ZERO : price === null ? null : mul(held, read(price.toFixed())),
      row.cost,
    )
  }
  return { disposals, assets, lots }
}

const isAverage = (name: string) => name === 'average' || name === 'uk'

function orderBy(method: string, age: (a: NaiveLot, b: NaiveLot) => number) {
  const known = (lot: NaiveLot) => !lot.undocumented && lot.unit !== null
  return (a: NaiveLot, b: NaiveLot): number => {
    if (method === 'lifo') return age(b, a)
    if (method !== 'hifo' && method !== 'lofo') return age(a, b)
    if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a)) || age(a, b)
    const dearer = cmp(b.unit as Fraction, a.unit as Fraction)
    return ((method === 'hifo') !== a.short ? dearer : -dearer) || age(a, b)
  }
}
