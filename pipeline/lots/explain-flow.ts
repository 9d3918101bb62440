import type { AssetId } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { ceilHour, type Hour } from '#core/hour.ts'
import type { Quality } from '#core/quality.ts'
import { valueExchange, type ExchangeBasis } from '#pnl/flows/exchange.ts'
import { byEntry, groupOf, legsOf, type Leg } from '#pnl/flows/leg.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { DisposalRow } from './view.ts'

/** A mark that a value rests on. */
export type UsedMark = {
  readonly asset: AssetId
  readonly hour: Hour
  readonly price: string | null
  readonly quality: Quality
}

/** What decided a value, and the rows and marks that it is made of. */
export type ExplainedValue = {
  readonly basis: ExchangeBasis | 'own-price' | 'mark' | 'same-tx'
  /** Of the whole exchange; null where it is missing. */
  readonly value: string | null
  /** This row's share of it. */
  readonly share: string | null
  readonly marks: readonly UsedMark[]
  /** The rows of the exchange, as `+1 bitcoin`. */
  readonly legs: readonly { readonly asset: AssetId; readonly quantity: string }[]
}

/** A row as it came in, with what it is worth and why. */
export type ExplainedFlow = {
  readonly flow: string
  /** `flows.csv:12`, or the source where there is no line. */
  readonly place: string
  readonly tx: string | null
  readonly time: number
  readonly kind: string
  readonly asset: AssetId
  readonly quantity: string
  readonly wallet: string
  readonly unitPrice: string | null
  /** Currency of `unitPrice` where it is not the base currency, and its rate at that hour. */
  readonly priceCurrency: string | null
  readonly rate: { readonly price: string; readonly quality: Quality } | null
  readonly fee: string | null
  /** Null is the base currency. */
  readonly feeAsset: AssetId | null
  readonly note: string
  readonly value: ExplainedValue
}

/** Says of flows what they are worth and why, by the function that valued them. */
export class FlowExplainer {
  private readonly input: LotInput
  private readonly flows: ReadonlyMap<string, Flow>
  private groups: ReadonlyMap<string, Flow[]> | null = null

  constructor(input: LotInput) {
    this.input = input
    this.flows = new Map(input.flows.map((flow) => [flow.id, flow]))
  }

  /** @returns null for a flow that is not in the ledger */
  of(id: string): ExplainedFlow | null {
    const flow = this.flows.get(id)
    return flow === undefined ? null : this.explain(flow)
  }

  /**
   * What a disposal is worth that is no leg of its own: a fee in a token, or what a transfer lost on its way.
   * @returns null where the disposal is that of the row itself
   */
  ofFee({ flow: id, kind, asset, quantity, proceeds }: DisposalRow): ExplainedValue | null {
    const flow = this.flows.get(id)
    if (kind !== 'fee' || flow === undefined || flow.kind === 'fee') return null
    const mark = this.mark(asset, ceilHour(flow.time))
    if (mark.price === null) {
      const basis = proceeds === null ? 'missing' : 'same-tx'
      return { basis, value: proceeds, share: proceeds, marks: [], legs: [] }
    }
    const value = formatDecimal(new Decimal(quantity).times(mark.price))
    return { basis: 'mark', value, share: value, marks: [mark], legs: [] }
  }

  private explain(flow: Flow): ExplainedFlow {
    const { input } = this
    const [main] = this.legs(flow)
    const currency = flow.priceCurrency
    const hour = (main as Leg).hour
    const rate = currency === null ? null : input.markAt(`fiat:${currency}` as AssetId, hour)
    return {
      flow: flow.id,
      place: flow.file === null || flow.line === null ? flow.source : `${flow.file}:${flow.line}`,
      tx: flow.tx,
      time: flow.time,
      kind: flow.kind,
      asset: flow.asset,
      quantity: formatDecimal(new Decimal(flow.quantity)),
      wallet: flow.wallet,
      unitPrice: flow.unitPrice,
      priceCurrency: currency,
      rate: rate === null ? null : { price: formatDecimal(rate.price), quality: rate.quality },
      fee: flow.fee,
      feeAsset: flow.feeAsset,
      note: flow.note,
      value: this.value(flow, main as Leg),
    }
  }

  private legs(flow: Flow): Leg[] {
    const { base, names, rateAt } = this.input
    return legsOf(flow, base, names, rateAt)
  }

  private value(flow: Flow, main: Leg): ExplainedValue {
    const trades = ['buy', 'sell'].includes(flow.kind)
    if (trades || flow.kind === 'convert') {
      const kinds = trades ? ['buy', 'sell'] : ['convert']
      return this.exchange(
        flow,
        this.mates(flow).filter(({ kind }) => kinds.includes(kind)),
      )
    }
    const size = main.quantity.abs()
    if (main.unitPrice !== null) {
      const value = formatDecimal(size.times(main.unitPrice))
      return { basis: 'own-price', value, share: value, marks: [], legs: [] }
    }
    const mark = this.mark(main.asset, main.hour)
    const value = mark.price === null ? null : formatDecimal(size.times(mark.price))
    return { basis: 'mark', value, share: value, marks: [mark], legs: [] }
  }

  private exchange(flow: Flow, mates: readonly Flow[]): ExplainedValue {
    const legs = mates.map((mate) => this.legs(mate)[0] as Leg).sort(byEntry)
    const { base } = this.input
    const valued = valueExchange(legs, base, (asset, hour) => {
      const { price } = this.mark(asset, hour)
      return price === null ? null : new Decimal(price)
    })
    const at = legs.findIndex((leg) => leg.flow.id === flow.id)
    const share = valued.legs[at] ?? null
    const side = valued.basis.endsWith('-in') ? 1 : -1
    const marked = valued.basis.startsWith('mark')
      ? legs.filter(({ quantity }) => quantity.isNegative() === side < 0)
      : []
    return {
      basis: valued.basis,
      value: valued.value === null ? null : formatDecimal(valued.value),
      share: share === null ? null : formatDecimal(share),
      marks: marked.map(({ asset, hour }) => this.mark(asset, hour)),
      legs: legs.map(({ asset, quantity }) => ({ asset, quantity: formatDecimal(quantity) })),
    }
  }

  private mates(flow: Flow): readonly Flow[] {
    const key = groupOf(flow)
    if (key === null) return [flow]
    if (this.groups === null) {
      const groups = new Map<string, Flow[]>()
      for (const each of this.input.flows) {
        const group = groupOf(each)
        if (group === null) continue
        const list = groups.get(group)
        if (list === undefined) groups.set(group, [each])
        else list.push(each)
      }
      this.groups = groups
    }
    return this.groups.get(key) ?? [flow]
  }

  private mark(asset: AssetId, hour: Hour): UsedMark {
    const { base, markAt } = this.input
    if (asset === base) return { asset, hour, price: '1', quality: 'ok' }
    const found = markAt(asset, hour)
    if (found === null || found.quality === 'missing') return { asset, hour, price: null, quality: 'missing' }
    return { asset, hour, price: formatDecimal(found.price), quality: found.quality }
  }
}
