import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { MoveRow } from '#pnl/lots/report.ts'
import { FlowExplainer, type ExplainedFlow, type ExplainedValue } from './explain-flow.ts'
import type { AmountRow, DisposalRow, LotReport, LotRow, LotView, PartRow } from './view.ts'

/** A lot with its way from the purchase that it goes back to. */
export type Trail = {
  readonly lot: LotRow
  /** Its moves between pools, the first one first. */
  readonly moves: readonly MoveRow[]
  readonly origin: ExplainedFlow | null
}
export type ExplainedPart = { readonly part: PartRow; readonly trail: Trail | null }
export type ExplainedDisposal = {
  readonly disposal: DisposalRow
  readonly flow: ExplainedFlow | null
  /** What it is worth where it is not the row's own quantity: a fee in a token, or what a transfer lost. */
  readonly feeValue: ExplainedValue | null
  readonly parts: readonly ExplainedPart[]
}
/** What was taken from a lot, by whom. */
export type Draw = {
  readonly flow: string
  readonly source: string
  readonly time: number
  readonly kind: string
  readonly quantity: string
  readonly cost: string | null
  readonly gain: string | null
}
/** Everything behind one gain, one lot or one flow. */
export type LotExplanation = {
  readonly asked: string
  readonly disposals: readonly ExplainedDisposal[]
  /** Lots that were asked for, or that the flow opened, with what was drawn from each. */
  readonly lots: readonly (Trail & { readonly draws: readonly Draw[] })[]
  readonly moves: readonly MoveRow[]
  readonly leaves: LotReport['leaves']
  readonly incomes: readonly AmountRow[]
  readonly costs: readonly AmountRow[]
  /** The flows that were asked for and have nothing to do with lots (legs in the base currency). */
  readonly others: readonly ExplainedFlow[]
}

/**
 * The whole trail of a flow or a lot: which lots, which rows, which marks, which rule.
 * @param asked id of a flow or lot, `file:line`, or the tx of a flow
 * @throws TidemarkError INPUT_INVALID when there is no such flow or lot
 */
export function explainLots({ report }: LotView, input: LotInput, asked: string): LotExplanation {
  const flows = flowsNamed(input.flows, asked, report)
  const ids = new Set(flows.map(({ id }) => id))
  const named = report.lots.filter(({ id }) => id === asked)
  if (ids.size === 0 && named.length === 0) throw unknown(asked)
  const explainer = new FlowExplainer(input)
  const trails = new Trails(report, explainer)
  const wanted = named.length > 0 ? named : report.lots.filter(({ from }) => ids.has(from.flow))
  const ofFlow = named.length > 0 && !ids.has(asked) ? new Set<string>() : ids
  const disposals = report.disposals.filter(({ flow }) => ofFlow.has(flow))
  const found = {
    disposals: disposals.map((disposal) => ({
      disposal,
      flow: explainer.of(disposal.flow),
      feeValue: explainer.ofFee(disposal),
      parts: disposal.parts.map((part) => ({ part, trail: part.lot === null ? null : trails.of(part.lot) })),
    })),
    lots: wanted.map((lot) => ({ ...trails.ofRow(lot), draws: drawsOf(lot, report) })),
    moves: report.moves.filter((move) => ofFlow.has(move.out) || ofFlow.has(move.in)),
    leaves: report.leaves.filter(({ flow }) => ofFlow.has(flow)),
    incomes: report.incomes.filter(({ flow }) => ofFlow.has(flow)),
    costs: report.costs.filter(({ flow }) => ofFlow.has(flow)),
  }
  const told = new Set([
    ...disposals.map(({ flow }) => flow),
    ...wanted.map(({ from }) => from.flow),
    ...found.moves.flatMap((move) => [move.out, move.in]),
    ...found.leaves.map(({ flow }) => flow),
  ])
  const others = [...ofFlow].filter((id) => !told.has(id)).flatMap((id) => explainer.of(id) ?? [])
  return { asked, ...found, others }
}

/** Flows by id, by their place in a file, or by tx. */
function flowsNamed(flows: readonly Flow[], asked: string, report: LotReport): Flow[] {
  const byId = flows.filter(({ id }) => id === asked)
  if (byId.length > 0 || report.lots.some(({ id }) => id === asked)) return byId
  const place = /^(.+):(\d+)$/.exec(asked)
  const atLine = flows.filter(({ file, line }) => line === Number(place?.[2]) && file === place?.[1])
  if (atLine.length > 0) return atLine
  const ofTx = flows.filter(({ tx }) => tx === asked)
  if (ofTx.length > 0 || !/^[\w-]{8,63}$/.test(asked)) return ofTx
  // Tables show the beginning of an id; one that fits several is none.
  const begun = flows.filter(({ id }) => id.startsWith(asked))
  return begun.length === 1 ? begun : []
}

function unknown(asked: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `There is no flow and no lot "${asked.slice(0, 200)}" at that time.`,
    fix: 'Name the id of a flow or lot as --json prints it, a row as flows.csv:12, or a tx.',
  })
}

class Trails {
  private readonly lots: ReadonlyMap<string, LotRow>
  private readonly arrivals: ReadonlyMap<string, MoveRow>
  private readonly explainer: FlowExplainer

  constructor(report: LotReport, explainer: FlowExplainer) {
    this.lots = new Map(report.lots.map((lot) => [lot.id, lot]))
    this.arrivals = new Map(report.moves.map((move) => [move.toLot, move]))
    this.explainer = explainer
  }

  of(id: string): Trail | null {
    const lot = this.lots.get(id)
    return lot === undefined ? null : this.ofRow(lot)
  }

  ofRow(lot: LotRow): Trail {
    const moves: MoveRow[] = []
    const seen = new Set<string>()
    let move = this.arrivals.get(lot.id)
    while (move !== undefined && !seen.has(move.toLot)) {
      seen.add(move.toLot)
      moves.unshift(move)
      move = this.arrivals.get(move.lot)
    }
    return { lot, moves, origin: this.explainer.of(lot.from.flow) }
  }
}

function drawsOf({ id }: LotRow, report: LotReport): Draw[] {
  const sold = report.disposals.flatMap(({ flow, source, time, kind, parts }) =>
    parts
      .filter(({ lot }) => lot === id)
      .map(({ quantity, cost, gain }) => ({ flow, source, time, kind, quantity, cost, gain })),
  )
  const left = report.leaves.flatMap(({ flow, source, time, kind, parts }) =>
    parts
      .filter(({ lot }) => lot === id)
      .map(({ quantity, cost }) => ({ flow, source, time, kind, quantity, cost, gain: null })),
  )
  const moved = report.moves
    .filter(({ lot }) => lot === id)
    .map(({ out, time, quantity, cost, toLot }) => ({
      flow: out,
      source: `to lot ${toLot}`,
      time,
      kind: 'moved',
      quantity,
      cost,
      gain: null,
    }))
  return [...sold, ...left, ...moved].sort((a, b) => a.time - b.time)
}
