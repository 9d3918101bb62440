/** The second engine's reading of a ledger, straight from docs/semantics.md; it shares legs and exchange values only. */
import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { valueExchange } from '#pnl/flows/exchange.ts'
import { groupOf, legsOf, type Leg } from '#pnl/flows/leg.ts'
import {
  abs,
  addM,
  div,
  isZero,
  min,
  mul,
  read,
  sub,
  sumOf,
  ZERO,
  type Fraction,
  type Maybe,
} from './fraction.ts'

export type Way = { key: string; asset: AssetId; convert: boolean; wallets: string[] }
export type Event = {
  time: number
  order: number[]
  type: 'in' | 'out' | 'leave' | 'split' | 'depart' | 'arrive' | 'base'
  asset: AssetId
  wallet: string
  kind: string
  flow: Flow
  quantity: Fraction
  value: Maybe
  market: Maybe
  undocumented: boolean
  ownBasis: boolean
  income: boolean
  /** Costs that go with it. */
  fees: Maybe[]
  trade: boolean
  way: Way | null
  named: string
}

export type Prices = (asset: AssetId, time: number) => Decimal | null

const IN_KINDS = ['buy', 'deposit', 'opening', 'income', 'airdrop']
const phase = (flow: Flow): number => {
  if (flow.kind === 'transfer') return 1
  if (flow.kind === 'convert') return 2
  if (flow.kind === 'split') return 3
  return IN_KINDS.includes(flow.kind) || !flow.quantity.startsWith('-') ? 0 : 4
}
const line = (flow: Flow): number => flow.line ?? 0
const orderOf = (flow: Flow, step: number): number[] => [flow.time, phase(flow), line(flow), step]
export const byOrder = (a: { order: number[] }, b: { order: number[] }): number => {
  for (let at = 0; at < 4; at++) {
    const difference = (a.order[at] as number) - (b.order[at] as number)
    if (difference !== 0) return difference
  }
  return 0
}

export function eventsOf(flows: readonly Flow[], base: AssetId, price: Prices): Event[] {
  const sorted = [...flows].sort((a, b) => byOrder({ order: orderOf(a, 1) }, { order: orderOf(b, 1) }))
  const keys = [...new Set(sorted.map((flow) => groupOf(flow) ?? flow.id))]
  return keys
    .flatMap((key) =>
      groupEvents(
        sorted.filter((flow) => (groupOf(flow) ?? flow.id) === key),
        key,
        base,
        price,
      ),
    )
    .sort(byOrder)
}

function groupEvents(flows: readonly Flow[], key: string, base: AssetId, price: Prices): Event[] {
  const mark = (asset: AssetId, time: number) => (asset === base ? new Decimal(1) : price(asset, time))
  const rows = flows.map((flow) => {
    const [main, fee] = legsOf(flow, base, new Map(), () => null)
    return { flow, main: main as Leg, fee: fee ?? null }
  })
  const shares = new Map<Leg, Maybe>()
  for (const kinds of [['buy', 'sell'], ['convert']]) {
    const legs = rows.filter(({ flow }) => kinds.includes(flow.kind)).map(({ main }) => main)
    if (legs.length === 0) continue
    const valued = valueExchange(legs, base, mark)
    legs.forEach((leg, index) => shares.set(leg, text(valued.legs[index] ?? null)))
  }
  const size = (leg: Leg) => abs(read(leg.quantity.toFixed()))
  const market = (leg: Leg): Maybe => {
    const at = mark(leg.asset, leg.hour)
    return at === null ? null : mul(size(leg), read(at.toFixed()))
  }
  const own = (leg: Leg): Maybe =>
    leg.unitPrice === null ? null : mul(size(leg), read(leg.unitPrice.toFixed()))
  const sameToken = (leg: Leg): Maybe => {
    for (const { main } of rows) {
      if (main === leg || main.asset !== leg.asset) continue
      const priced = ['income', 'airdrop', 'rebase', 'gas', 'fee'].includes(main.kind) ? own(main) : null
      const worth = shares.get(main) ?? priced
      if (worth !== null) return mul(div(worth, size(main)), size(leg))
    }
    return null
  }
  const worth = (leg: Leg): Maybe =>
    leg.asset === base ? size(leg) : (own(leg) ?? market(leg) ?? sameToken(leg))

  // Which leg each fee goes with.
  const carried = new Map<Leg, Maybe[]>()
  const carry = (leg: Leg, value: Maybe) => carried.set(leg, [...(carried.get(leg) ?? []), value])
  const traded = [...shares.keys()].filter((leg) => leg.asset !== base)
  const partner = (asset: AssetId) =>
    traded.find((leg) => leg.asset === asset) ?? traded.find((leg) => leg.quantity.gt(0)) ?? traded[0]
  for (const { main, fee } of rows) {
    if (main.kind === 'gas' || main.kind === 'fee') carry(partner(main.asset) ?? main, worth(main))
    const leg =
      main.asset !== base ? main : ((shares.has(main) ? partner(main.asset) : undefined) ?? fee ?? main)
    if (main.baseFee !== null && !main.baseFee.isZero()) carry(leg, read(main.baseFee.toFixed()))
    if (fee !== null) carry(leg, market(fee) ?? sameToken(fee))
  }

  const events: Event[] = []
  const push = (flow: Flow, leg: Leg, part: Partial<Event> & Pick<Event, 'type'>, step = 1) =>
    events.push({
      time: flow.time,
      order: orderOf(flow, step),
      asset: leg.asset,
      wallet: leg.wallet,
      kind: leg.kind,
      flow,
      quantity: size(leg),
      value: null,
      market: null,
      undocumented: false,
      ownBasis: false,
      income: false,
      fees: carried.get(leg) ?? [],
      trade: false,
      way: null,
      named: flow.lot ?? '',
      ...part,
    })

  // Moves between own pools.
  const moved = new Set<Leg>()
  const pairs: (typeof rows)[] = []
  for (const asset of new Set(rows.map(({ main }) => main.asset))) {
    pairs.push(rows.filter(({ main }) => main.kind === 'transfer' && main.asset === asset))
  }
  const converts = rows.filter(({ main }) => main.kind === 'convert')
  if (converts.length === 2 && converts.every(({ main }) => main.asset !== base)) pairs.push(converts)
  for (const pair of pairs) {
    const outs = pair.filter(({ main }) => main.quantity.lt(0))
    const ins = pair.filter(({ main }) => main.quantity.gt(0))
    if (outs.length === 0 || ins.length === 0) continue
    const convert = outs[0]?.main.kind === 'convert'
    const asset = outs[0]?.main.asset as AssetId
    const left = sumOf(outs.map(({ main }) => size(main)))
    const came = sumOf(ins.map(({ main }) => size(main)))
    const last = ins.at(-1) as (typeof rows)[number]
    if (asset === base) {
      const lost = sub(left, min(left, came))
      if (!isZero(lost)) push(last.flow, last.main, { type: 'base', value: ZERO, fees: [lost] }, 4)
      continue
    }
    const way: Way = {
      key: `${String(convert)}${asset}${key}`,
      asset,
      convert,
      wallets: [...new Set(pair.map(({ main }) => main.wallet))],
    }
    const first = ins[0] as (typeof rows)[number]
    outs.forEach(({ flow, main }, index) => {
      moved.add(main)
      const early =
        byOrder({ order: orderOf(first.flow, 1) }, { order: orderOf(flow, 1) }) < 0 ? first.flow : flow
      const order = orderOf(early, index - outs.length)
      push(flow, main, {
        type: 'depart',
        way,
        order,
        time: early.time,
        market: market(main),
        value: shares.get(main) ?? null,
        trade: convert,
      })
    })
    let onTheWay = left
    for (const { flow, main } of ins) {
      moved.add(main)
      const arrives = convert ? size(main) : min(size(main), onTheWay)
      if (!convert) onTheWay = sub(onTheWay, arrives)
      const more = sub(size(main), arrives)
      if (!isZero(arrives)) {
        push(flow, main, {
          type: 'arrive',
          way,
          quantity: arrives,
          value: shares.get(main) ?? null,
          trade: convert,
        })
      }
      if (!isZero(more)) {
        push(
          flow,
          main,
          { type: 'in', quantity: more, undocumented: true, ...(isZero(arrives) ? {} : { fees: [] }) },
          2,
        )
      }
    }
    if (convert || isZero(onTheWay)) continue
    const at = mark(asset, last.main.hour)
    const value = at === null ? null : mul(onTheWay, read(at.toFixed()))
    const wallet = outs[0]?.main.wallet as string
    push(
      last.flow,
      last.main,
      { type: 'out', kind: 'fee', wallet, quantity: onTheWay, value, fees: [value], way, named: '' },
      4,
    )
  }

  for (const { flow, main, fee } of rows) {
    if (fee !== null) push(flow, fee, { type: 'out', value: market(fee) ?? sameToken(fee), named: '' }, 3)
    if (moved.has(main)) continue
    const into = main.quantity.gt(0)
    const { kind } = main
    if (main.asset === base) {
      const income = into && ['income', 'airdrop', 'rebase'].includes(kind)
      const lost = kind === 'lost' || (kind === 'rebase' && !into)
      const fees = [...(carried.get(main) ?? []), ...(lost ? [size(main)] : [])]
      push(flow, main, { type: 'base', income, value: income ? size(main) : ZERO, fees })
    } else if (kind === 'buy' || kind === 'sell' || kind === 'convert') {
      push(flow, main, { type: into ? 'in' : 'out', value: shares.get(main) ?? null, trade: true })
    } else if (kind === 'income' || kind === 'airdrop' || (kind === 'rebase' && into)) {
      push(flow, main, { type: 'in', value: worth(main), income: true })
    } else if (kind === 'rebase') {
      push(flow, main, { type: 'out', value: worth(main), fees: [worth(main), ...(carried.get(main) ?? [])] })
    } else if (kind === 'gas' || kind === 'fee') push(flow, main, { type: 'out', value: worth(main) })
    else if (kind === 'lost') push(flow, main, { type: 'out', value: ZERO })
    else if (kind === 'split') push(flow, main, { type: 'split', quantity: read(main.quantity.toFixed()) })
    else if (into) {
      const basis = flow.unitPrice !== null && kind !== 'unexplained'
      push(flow, main, {
        type: 'in',
        value: basis ? own(main) : null,
        market: market(main),
        undocumented: !basis,
        ownBasis: basis,
      })
    } else if (kind === 'gift') push(flow, main, { type: 'out', value: market(main), market: market(main) })
    else push(flow, main, { type: 'leave', market: market(main) })
  }
  return events
}

const text = (value: Decimal | null): Maybe => (value === null ? null : read(value.toFixed()))
export const allFees = (fees: readonly Maybe[]): Maybe => fees.reduce(addM, ZERO)
