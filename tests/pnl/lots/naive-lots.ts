/**
 * Lots once more, naive and slow: fractions that never round, and all lots gone through again for every draw. It shares
 * no code with `pnl/lots` but the table of methods by asset and year.
 */
import type { AssetId } from '#core/asset.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import {
  add,
  addM,
  div,
  fraction,
  isZero,
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
import { matchAhead, pendingAt, type Match } from './naive-ahead.ts'
import { termOf } from './naive-calendar.ts'
import { allFees, eventsOf, type Event } from './naive-events.ts'
import { hold } from './naive-holders.ts'
import { NaivePools, type Got, type NaiveLot } from './naive-pools.ts'
import {
  EMPTY,
  type NaiveAsset,
  type NaiveDisposal,
  type NaiveInput,
  type NaivePart,
  type NaiveReport,
} from './naive-report.ts'

export function naiveLots(input: NaiveInput): NaiveReport {
  const run = new NaiveRun(input)
  run.go()
  return { disposals: run.disposals, assets: run.assets }
}

const total = (got: readonly Got[]): Fraction => sumOf(got.map(({ quantity }) => quantity))

class NaiveRun {
  readonly assets = new Map<AssetId, NaiveAsset>()
  readonly disposals: NaiveDisposal[] = []
  private readonly input: NaiveInput
  private readonly settings: LotSettings
  private readonly events: Event[]
  private readonly matches: Match[]
  private readonly pools: NaivePools
  private readonly holders = new Map<string, Fraction>()
  private dealt: boolean

  constructor(input: NaiveInput) {
    this.input = input
    this.settings = input.settings
    this.events = eventsOf(input.flows, input.base, input.price).filter(({ time }) => time <= input.at)
    this.matches = matchAhead(this.events, input.settings, (...where) => this.poolOf(...where))
    this.pools = new NaivePools(input.settings)
    this.dealt = input.settings.scope === 'wallet' || input.settings.walletFrom === null
  }

  go(): void {
    for (const event of this.events) {
      this.reach(event.time)
      if (!this.dealt) hold(this.holders, event)
      this.of(event.asset)
      this.apply(event)
      this.pools.sweep()
    }
    this.reach(this.input.at)
    this.pools.averageAll()
    for (const [asset, row] of this.assets) if (asset !== this.input.base) this.value(asset, row)
  }

  private apply(event: Event): void {
    const realises = event.way?.convert === true && this.settings.wraps === 'realise'
    if (event.type === 'in' || (event.type === 'arrive' && realises)) this.receive(event)
    else if (event.type === 'out' && event.kind === 'gift' && this.settings.gifts === 'cost')
      this.leave(event)
    else if (event.type === 'out' || (event.type === 'depart' && realises)) this.dispose(event)
    else if (event.type === 'leave') this.leave(event)
    else if (event.type === 'depart') this.depart(event)
    else if (event.type === 'arrive') this.arrive(event)
    else if (event.type === 'split') this.split(event)
    else {
      if (event.income) this.of(event.asset).income = addM(this.of(event.asset).income, event.value)
      this.charge(event, false)
    }
  }

  private of(asset: AssetId): NaiveAsset {
    const found = this.assets.get(asset) ?? { ...EMPTY }
    this.assets.set(asset, found)
    return found
  }

  private byWallet(time: number): boolean {
    const { scope, walletFrom } = this.settings
    return scope === 'wallet' || (walletFrom !== null && time >= walletFrom)
  }

  private poolOf(asset: AssetId, wallet: string, time: number): string {
    return this.byWallet(time) ? `${asset} of ${wallet}` : asset
  }

  private stays({ way, time }: Event): boolean {
    return way !== null && !way.convert && (!this.byWallet(time) || way.wallets.length === 1)
  }

  private reach(time: number): void {
    const from = this.settings.walletFrom
    if (this.dealt || from === null || time < from) return
    this.dealt = true
    this.pools.deal(this.holders, (asset, wallet) => this.poolOf(asset, wallet, from))
  }

  private take(
    event: Event,
    quantity: Fraction,
    where: { pool?: string; short?: boolean; asset?: AssetId } = {},
  ): Got[] {
    const {
      pool = this.poolOf(event.asset, event.wallet, event.time),
      short = false,
      asset = event.asset,
    } = where
    return this.pools.take({ pool, short, asset, time: event.time, event }, quantity)
  }

  private charge(event: Event, trade: boolean): Maybe {
    const fees = allFees(event.fees)
    if (trade && event.trade && this.settings.fees === 'basis') return fees
    const asset = this.of(event.asset)
    asset.costs = addM(asset.costs, fees)
    if (trade && event.trade) asset.fees = addM(asset.fees, fees)
    return ZERO
  }

  private realise(event: Event, parts: NaivePart[]): void {
    if (parts.length === 0) return
    const asset = this.of(event.asset)
    for (const part of parts) {
      const gain = subM(part.proceeds, part.cost)
      if (part.long) asset.realisedLong = addM(asset.realisedLong, gain)
      else asset.realisedShort = addM(asset.realisedShort, gain)
      if (!part.undocumented) continue
      asset.unproven = addM(asset.unproven, gain)
      asset.undocumented = add(asset.undocumented, part.quantity)
    }
    this.disposals.push({ flow: event.flow.id, kind: event.kind, asset: event.asset, parts })
  }

  /** Comes into a pool: closes shorts first. */
  private enter(
    event: Event,
    size: Fraction,
    lot: Pick<NaiveLot, 'opened' | 'root' | 'undocumented' | 'unit'>,
  ): void {
    const pool = this.poolOf(event.asset, event.wallet, event.time)
    const closed = this.take({ ...event, type: 'in' }, size, { short: true })
    const parts = closed.map(({ quantity, cost: proceeds }): NaivePart => {
      const cost = lot.undocumented ? ZERO : mulM(lot.unit, quantity)
      return { quantity, proceeds, cost, long: false, undocumented: lot.undocumented }
    })
    this.realise(event, parts)
    this.pools.put({ ...lot, pool, asset: event.asset, short: false, quantity: sub(size, total(closed)) })
  }

  private receive(event: Event): void {
    const asset = this.of(event.asset)
    const cost = addM(event.value, this.charge(event, true))
    if (event.income) asset.income = addM(asset.income, event.value)
    if (event.ownBasis) asset.transferred = subM(asset.transferred, subM(event.market, event.value))
    const claimed = sumOf(this.matches.filter(({ to }) => to === event).map(({ size }) => size))
    this.enter(event, sub(event.quantity, claimed), {
      opened: event.time,
      root: event,
      undocumented: event.undocumented,
      unit: event.undocumented || cost === null ? null : div(cost, event.quantity),
    })
  }

  private matchCost({ to, size }: Match): Maybe {
    if (to.undocumented) return ZERO
    const fees = to.trade && this.settings.fees === 'basis' ? allFees(to.fees) : ZERO
    return mulM(addM(to.value, fees), div(size, to.quantity))
  }

  private dispose(event: Event): void {
    const proceeds = subM(event.value, this.charge(event, true))
    const share = (size: Fraction) => mulM(proceeds, div(size, event.quantity))
    const part = (quantity: Fraction, cost: Maybe, opened: number, undocumented: boolean): NaivePart => {
      return {
        quantity,
        cost,
        proceeds: share(quantity),
        long: termOf(opened, event.time, this.settings),
        undocumented,
      }
    }
    const ahead = this.matches.filter(({ from }) => from === event)
    const parts = ahead.map((match) =>
      part(match.quantity, this.matchCost(match), match.to.time, match.to.undocumented),
    )
    const need = sub(event.quantity, sumOf(ahead.map(({ quantity }) => quantity)))
    const onWay = event.way !== null && !event.way.convert && !this.stays(event)
    const lost = onWay ? this.take(event, need, { pool: `way ${event.way?.key ?? ''}` }) : []
    const got = [...lost, ...this.take(event, sub(need, total(lost)))]
    for (const { lot, quantity, cost } of got) parts.push(part(quantity, cost, lot.opened, lot.undocumented))
    const short = sub(need, total(got))
    if (!isZero(short) && this.settings.oversell === 'short') this.shorten(event, short, share(short))
    else if (!isZero(short)) parts.push(part(short, ZERO, event.time, true))
    this.realise(event, parts)
  }

  private shorten(event: Event, size: Fraction, proceeds: Maybe): void {
    const { asset, wallet, time } = event
    const unit = proceeds === null ? null : div(proceeds, size)
    const lot = { opened: time, root: event, short: true, undocumented: false, unit, quantity: size }
    this.pools.put({ pool: this.poolOf(asset, wallet, time), asset, ...lot })
  }

  private leave(event: Event): void {
    this.charge(event, false)
    const got = this.take(event, event.quantity)
    const short = sub(event.quantity, total(got))
    let value = event.market
    if (!isZero(short) && this.settings.oversell === 'short') {
      this.shorten(event, short, mulM(event.market, div(short, event.quantity)))
      value = got.length === 0 ? ZERO : mulM(event.market, div(total(got), event.quantity))
    }
    const cost = got.map((part) => part.cost).reduce(addM, ZERO)
    const asset = this.of(event.asset)
    asset.transferred = addM(asset.transferred, subM(value, cost))
  }

  private depart(event: Event): void {
    this.charge(event, false)
    if (this.stays(event)) return
    const pool = `way ${event.way?.key ?? ''}`
    const got = this.take(event, event.quantity)
    for (const { lot, quantity } of got) this.pools.put({ ...lot, pool, quantity })
    const short = sub(event.quantity, total(got))
    if (isZero(short)) return
    const value = event.way?.convert === true ? event.value : event.market
    const part = mulM(value, div(short, event.quantity))
    const borrowed = this.settings.oversell === 'short'
    if (borrowed) this.shorten(event, short, part)
    const unit = borrowed && part !== null ? div(part, short) : null
    const lot = {
      opened: event.time,
      root: event,
      short: false,
      undocumented: !borrowed,
      unit,
      quantity: short,
    }
    this.pools.put({ pool, asset: event.asset, ...lot })
  }

  private arrive(event: Event): void {
    this.charge(event, false)
    if (this.stays(event)) return
    const { key = '', asset = event.asset, convert = false } = event.way ?? {}
    const pool = `way ${key}`
    const there = sumOf(this.pools.open(pool, false).map((lot) => lot.quantity))
    const got = this.take({ ...event, named: '' }, convert ? there : event.quantity, { pool, asset })
    const factor = convert ? div(event.quantity, there) : fraction(1n)
    for (const { lot, quantity } of got) {
      const unit = lot.unit === null ? null : div(lot.unit, factor)
      this.enter(event, mul(quantity, factor), { ...lot, unit })
    }
  }

  private split(event: Event): void {
    this.charge(event, false)
    const pool = this.poolOf(event.asset, event.wallet, event.time)
    const same = this.events.filter(({ asset, wallet, time }) => this.poolOf(asset, wallet, time) === pool)
    this.pools.split(pool, event.quantity, pendingAt(event, this.matches, same))
  }

  private value(asset: AssetId, row: NaiveAsset): void {
    const own = this.pools.lots.filter((lot) => lot.asset === asset)
    const sign = (lot: NaiveLot, value: Fraction) => (lot.short ? neg(value) : value)
    const documented = own.filter((lot) => !lot.undocumented)
    const held = sumOf(documented.map((lot) => sign(lot, lot.quantity)))
    const price = this.input.price(asset, this.input.at)
    const value = isZero(held) ? ZERO : price === null ? null : mul(held, read(price.toFixed()))
    row.quantity = sumOf(own.map((lot) => sign(lot, lot.quantity)))
    row.cost = documented
      .map((lot) => (lot.unit === null ? null : sign(lot, mul(lot.unit, lot.quantity))))
      .reduce(addM, ZERO)
    row.unrealised = subM(value, row.cost)
  }
}
