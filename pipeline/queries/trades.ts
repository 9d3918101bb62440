import type { AssetId } from '#core/asset.ts'
import { QUALITIES, type Quality } from '#core/quality.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import { ExactSum } from '../lots/exact-sum.ts'
import { FlowExplainer, type ExplainedFlow } from '../lots/explain-flow.ts'
import type { LotView } from '../lots/view.ts'
import { pageOf, type Page, type PageAsk } from './page.ts'

/** A flow as a person reads it. Exact decimals as text, in the base currency; null is missing. */
export type TradeRow = Omit<ExplainedFlow, 'value'> & {
  readonly value: string | null
  /** Where the value comes from. */
  readonly basis: ExplainedFlow['value']['basis']
  /** The worst of the marks and rates that the value rests on; `ok` where it rests on none. */
  readonly quality: Quality
  /** What it realised, its fee's own gain included; null where that is missing or nothing was disposed of. */
  readonly gain: string | null
  /** How much of the gain rests on no documented cost, which counts as 0 there (docs/semantics.md, 5). */
  readonly unproven: string | null
  /** What the portfolio calls its wallet; null where it has no label. */
  readonly label: string | null
  /** Whether it disposed of anything. */
  readonly disposes: boolean
}

export type TradesAsk = PageAsk & {
  readonly assets?: readonly AssetId[] | undefined
  /** As entered, or the address that a label stands for. */
  readonly wallet?: string | undefined
  /** Milliseconds since 1970, both included. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Flows newest first, each with its value, quality and gain. */
export function listTrades(input: LotInput, { report, at }: LotView, ask: TradesAsk): Page<TradeRow> {
  const { assets, wallet, from = -Infinity, to = Infinity } = ask
  const wanted = assets === undefined ? null : new Set(assets)
  const address = (name: string) => input.names.get(name) ?? input.names.get(name.toLowerCase()) ?? name
  const labels = labelsOf(input.names)
  const until = Math.min(to, at ?? Infinity)
  const flows = input.flows
    .filter(
      (flow) =>
        flow.time >= from &&
        flow.time <= until &&
        (wanted === null || wanted.has(flow.asset)) &&
        (wallet === undefined || address(flow.wallet) === address(wallet)),
    )
    .sort((a, b) => b.time - a.time || (b.line ?? 0) - (a.line ?? 0) || (a.id < b.id ? 1 : -1))
  const page = pageOf(flows, ask)
  const explainer = new FlowExplainer(input)
  const shown = new Set(page.rows.map(({ id }) => id))
  const gains = new Map<string, Gain>()
  for (const { flow, gain, parts } of report.disposals) {
    if (!shown.has(flow)) continue
    const sums = gains.get(flow) ?? { all: new ExactSum(), unproven: new ExactSum() }
    sums.all.add(gain)
    for (const part of parts) if (part.undocumented) sums.unproven.add(part.gain)
    gains.set(flow, sums)
  }
  const rows = page.rows.flatMap(({ id }) => {
    const explained = explainer.of(id)
    if (explained === null) return []
    const label = labels.get(address(explained.wallet)) ?? null
    return [tradeOf(explained, label, gains.get(id) ?? null)]
  })
  return { rows, total: page.total }
}

type Gain = { readonly all: ExactSum; readonly unproven: ExactSum }

/** Labels by address; names also hold each address under itself. */
function labelsOf(names: LotInput['names']): Map<string, string> {
  const named = [...names].filter(([name, address]) => name !== address.toLowerCase())
  return new Map(named.map(([name, address]) => [address, name]))
}

function tradeOf({ value, ...flow }: ExplainedFlow, label: string | null, made: Gain | null): TradeRow {
  const { basis, share, marks } = value
  const qualities = [
    ...marks.map(({ quality }) => quality),
    ...(flow.rate === null ? [] : [flow.rate.quality]),
  ]
  const worst = qualities.reduce<number>((least, each) => Math.min(least, QUALITIES.indexOf(each)), 3)
  const quality = share === null ? 'missing' : (QUALITIES[worst] ?? 'ok')
  const gain = made?.all.whole ?? null
  const unproven = made === null ? '0' : made.unproven.whole
  return { ...flow, value: share, basis, quality, label, gain, unproven, disposes: made !== null }
}
