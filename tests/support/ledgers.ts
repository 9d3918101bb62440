import fc from 'fast-check'
import type { AssetId, Quote } from '#core/asset.ts'
import { FLOW_KINDS, UNDETAILED, type Flow, type FlowKind } from '#core/flow.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { OK } from '#core/quality.ts'
import { emptyMarks, type MarkSeries } from '#pnl/marks/marks.ts'

export const USD = 'usd' as Quote
export const START = Date.UTC(2026, 0, 31, 12) as Hour

/** A flow with what a test does not say left empty. */
export function flow(part: Partial<Flow> & Pick<Flow, 'time' | 'asset' | 'quantity' | 'kind'>): Flow {
  return {
    id: `${part.time}-${part.asset}-${part.quantity}-${part.kind}-${part.wallet ?? ''}-${part.tx ?? ''}-${part.ordinal ?? 0}`,
    ...UNDETAILED,
    owner: 'local',
    book: 'portfolio:main',
    source: 'test',
    wallet: '',
    ...part,
  }
}

/** Marks from prices, NaN where missing. */
export function marksOf(from: Hour, prices: readonly number[]): MarkSeries {
  const marks = emptyMarks(from, (from + prices.length * HOUR_MS) as Hour, ['test'])
  prices.forEach((price, index) => {
    if (Number.isNaN(price)) return
    marks.price[index] = price
    marks.quality[index] = OK
    marks.source[index] = 0
    marks.age[index] = 0
  })
  return marks
}

export const ASSETS = ['aaa', 'bbb', 'ccc'] as AssetId[]
const WALLETS = ['', 'hot', 'cold']
const KINDS = Object.keys(FLOW_KINDS).filter(
  (kind) => kind !== 'convert' && kind !== 'transfer',
) as FlowKind[]

const quantity = fc
  .tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 12 }))
  .map(([digits, scale]) => `${digits}e-${scale}`)

const signed = (kind: FlowKind, text: string, negative: boolean) =>
  FLOW_KINDS[kind] === -1 || (FLOW_KINDS[kind] === 0 && negative) ? `-${text}` : text

/** One group of flows: a row of any kind, an exchange, a conversion or a transfer, some with fees. */
export function groupArbitrary(from: Hour, hours: number): fc.Arbitrary<Flow[]> {
  const time = fc.integer({ min: 1, max: hours * 3600 - 1 }).map((second) => from + second * 1000)
  const asset = fc.constantFrom(...ASSETS)
  const wallet = fc.constantFrom(...WALLETS)
  const price = fc.option(fc.integer({ min: 0, max: 500 }).map(String), { nil: null })
  const fee = fc.option(quantity, { nil: null })
  const feeAsset = fc.option(asset, { nil: null })
  const tx = fc.uuid()
  const row = fc
    .record({
      kind: fc.constantFrom(...KINDS),
      time,
      asset,
      wallet,
      quantity,
      negative: fc.boolean(),
      price,
      fee,
      feeAsset,
    })
    .map((r) => [
      flow({
        time: r.time,
        asset: r.asset,
        kind: r.kind,
        wallet: r.wallet,
        quantity: signed(r.kind, r.quantity, r.negative),
        unitPrice: r.price,
        fee: r.fee,
        feeAsset: r.fee === null ? null : r.feeAsset,
      }),
    ])
  const pair = (out: FlowKind, into: FlowKind, same: boolean) =>
    fc
      .record({
        time,
        lag: fc.integer({ min: 0, max: 3 * 3600 }),
        give: asset,
        get: asset,
        a: wallet,
        b: wallet,
        quantity,
        other: quantity,
        price,
        fee,
        feeAsset,
        tx,
      })
      .map((r) => [
        flow({
          time: r.time,
          asset: r.give,
          kind: out,
          wallet: r.a,
          quantity: `-${r.quantity}`,
          tx: r.tx,
          unitPrice: r.price,
        }),
        flow({
          time: Math.min(r.time + (same ? r.lag * 1000 : 0), from + hours * HOUR_MS - 1000),
          asset: same ? r.give : r.get,
          kind: into,
          wallet: r.b,
          quantity: r.other,
          tx: r.tx,
          fee: r.fee,
          feeAsset: r.fee === null ? null : r.feeAsset,
        }),
      ])
  const cash = fc.record({ time, asset, wallet, quantity, other: quantity, tx }).map((r) => [
    flow({
      time: r.time,
      asset: 'fiat:usd' as AssetId,
      kind: 'sell',
      wallet: r.wallet,
      quantity: `-${r.other}`,
      tx: r.tx,
    }),
    flow({ time: r.time, asset: r.asset, kind: 'buy', wallet: r.wallet, quantity: r.quantity, tx: r.tx }),
  ])
  return fc.oneof(
    row,
    row,
    pair('sell', 'buy', false),
    pair('convert', 'convert', false),
    pair('transfer', 'transfer', true),
    cash,
  )
}

/** Groups as one ledger, each row with an id of its own. */
export function ledgerArbitrary(from: Hour, hours: number, maxGroups = 12): fc.Arbitrary<Flow[]> {
  return fc
    .array(groupArbitrary(from, hours), { maxLength: maxGroups })
    .map((groups) =>
      groups.flat().map((row, index) => ({ ...row, id: `f${String(index).padStart(4, '0')}` })),
    )
}

/** Prices of an hour each; some hours have none. */
export function pricesArbitrary(length: number, missing = 0.15): fc.Arbitrary<number[]> {
  const price = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => cents / 100)
  const weight = Math.round(missing * 100)
  return fc.array(
    fc.oneof({ weight: 100 - weight, arbitrary: price }, { weight, arbitrary: fc.constant(NaN) }),
    {
      minLength: length,
      maxLength: length,
    },
  )
}
