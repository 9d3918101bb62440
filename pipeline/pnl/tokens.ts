import type { AssetId } from '#core/asset.ts'
import { Decimal, toDouble } from '#core/decimal.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, monthsBetween, previousMonth, type Month } from '#core/month.ts'
import type { Effect } from '#pnl/flows/effects.ts'
import { lineKey, parseLineKey, type LineId } from '#pnl/flows/leg.ts'
import { decodeBatch } from '#pnl/hourly/batch.ts'
import { lineSpan, type LineSpan } from '#pnl/hourly/kernel.ts'
import { sortedLines } from '#pnl/hourly/month.ts'
import { NOTHING, type LineState } from '#pnl/hourly/state.ts'
import { TokenRange, type TokenResult } from '#pnl/hourly/token.ts'
import { sliceMarks, type MarkSeries } from '#pnl/marks/marks.ts'
import type { ComputedMonths } from '../jobs/compute-pnl.ts'
import type { PnlStore } from '../ports.ts'
import type { PortfolioLedger } from './ledger.ts'
import type { MarkLoader } from './marks.ts'
import { countMonth } from './month.ts'
import type { LineStates } from './month-states.ts'

/** What tokens of a range are put together from. */
export type RangeInput = {
  readonly from: Hour
  readonly to: Hour
  readonly ledger: PortfolioLedger
  readonly loader: MarkLoader
  readonly computed: ComputedMonths
  readonly io: PnlStore
  /** Marks of each asset at the hours of the range. */
  readonly marks: ReadonlyMap<string, MarkSeries>
  /** Whether the attribution is wanted hour by hour too. */
  readonly hourly?: boolean
}

/**
 * Tokens of a range in mode `flows`: stored batches, and what needs none, summed over the lines of each asset.
 * A line that has no mark at `from` begins there anew: what was held counts at its first mark (docs/semantics.md, 4).
 */
export async function tokensOf(input: RangeInput): Promise<Map<AssetId, TokenResult>> {
  const ranges = new TokenRanges(input)
  await eachPart(input, (part, id) => ranges.add(part, id.asset))
  return ranges.finish()
}

/** The same with the lines of each asset also summed apart by the group that a line belongs to. */
export async function tokensByGroup(
  input: RangeInput,
  groupOf: (line: LineId) => string,
): Promise<{ tokens: Map<AssetId, TokenResult>; groups: Map<string, Map<AssetId, TokenResult>> }> {
  const whole = new TokenRanges(input)
  const groups = new Map<string, TokenRanges>()
  await eachPart(input, (part, id) => {
    const group = groupOf(id)
    const own = groups.get(group) ?? new TokenRanges(input)
    groups.set(group, own)
    whole.add(part, id.asset)
    own.add(part, id.asset)
  })
  return { tokens: whole.finish(), groups: new Map([...groups].map(([name, own]) => [name, own.finish()])) }
}

async function eachPart(input: RangeInput, take: (part: LinePart, id: LineId) => void): Promise<void> {
  const reader = new RangeReader(input)
  for (const month of monthsBetween(input.from, input.to))
    for (const part of await reader.month(month)) take(part, parseLineKey(part.line))
}

class TokenRanges {
  private readonly input: RangeInput
  private readonly ranges = new Map<AssetId, TokenRange>()

  constructor(input: RangeInput) {
    this.input = input
  }

  add({ line, at, span, quantity }: LinePart, asset: AssetId): void {
    const marks = this.input.marks.get(asset)
    if (marks === undefined) return
    const range = this.ranges.get(asset) ?? new TokenRange(this.input.from, marks, this.input.hourly)
    this.ranges.set(asset, range)
    range.add(line, at, span, quantity)
  }

  finish(): Map<AssetId, TokenResult> {
    return new Map([...this.ranges].map(([asset, range]) => [asset, range.finish()] as const))
  }
}

type LinePart = {
  readonly line: string
  readonly at: Hour
  readonly span: LineSpan
  readonly quantity: Decimal | null
}

class RangeReader {
  private readonly input: RangeInput
  /** Lines that have met no mark since `from`, with their own state. */
  private readonly unsettled = new Map<string, LineState>()
  private spanning: Awaited<ReturnType<PortfolioLedger['spanning']>> | null = null

  constructor(input: RangeInput) {
    this.input = input
  }

  /** The parts that a month gives to its lines, in the order of lines. */
  async month(month: Month): Promise<LinePart[]> {
    const { from, ledger, computed } = this.input
    const states = await computed.statesAt(previousMonth(month))
    const batches = await this.batches(month)
    const waiting = [...ledger.knownFrom].filter(([, hour]) => hour > monthStart(month)).map(([line]) => line)
    const parts: LinePart[] = []
    let effects: ReadonlyMap<string, readonly Effect[]> | null = null
    let ends: LineStates | null = null
    for (const line of sortedLines(states.keys(), batches.keys(), waiting)) {
      const state = states.get(line) ?? NOTHING
      const batch = batches.get(line)
      if (month === monthsBetween(from, from)[0]) this.begin(line, month, state, batch)
      if (batch !== undefined && !this.unsettled.has(line)) {
        const at = monthStart(month)
        parts.push({ line, at, span: batch, quantity: state.quantity })
        const rest = addHours(at, batch.delta.length)
        if (rest < monthEnd(month)) parts.push(...this.span(line, month, rest, batch.state, []))
        continue
      }
      // Beyond its batch a line is quiet; only inside it are the flows needed again.
      const inside = batch !== undefined && addHours(monthStart(month), batch.delta.length) > from
      if (inside) effects ??= await this.effects(month)
      if (this.unsettled.has(line)) ends ??= await computed.statesAt(month)
      const stored = batch?.state ?? ends?.get(line) ?? NOTHING
      parts.push(...this.fresh(line, month, state, stored, inside ? (effects?.get(line) ?? []) : []))
    }
    return parts
  }

  private async batches(month: Month): Promise<ReadonlyMap<string, LineSpan>> {
    const kept = this.input.computed.spans.get(month)
    if (kept !== undefined) return kept
    const { owner, name } = this.input.ledger.portfolio
    const stored = await this.input.io.batches(owner, name, this.input.loader.quote, month, month)
    return new Map(stored.map((batch) => [lineKey(batch), decodeBatch(batch)] as const))
  }

  /** At the start of the range: a line without a settled Δ there begins anew. */
  private begin(line: string, month: Month, state: LineState, batch: LineSpan | undefined): void {
    const { from, ledger } = this.input
    const index = (from - monthStart(month)) / HOUR_MS
    if (batch !== undefined && index < batch.delta.length && !Number.isNaN(batch.delta[index])) return
    const knownFrom = ledger.knownFrom.get(line)
    const step = batch?.steps.findLast(([at]) => at <= index)
    const quantity = step === undefined ? state.quantity : new Decimal(step[1])
    const base = { hour: null, quantity: toDouble(quantity), price: NaN }
    const anew = { quantity, base, pending: null }
    this.unsettled.set(line, knownFrom !== undefined && knownFrom > from ? NOTHING : anew)
  }

  /**
   * A line without a batch, or one that has met no mark since `from`: its span is made while reading.
   * @param stored the line at the end of the month (of its batch), with what was pending before `from` in it
   */
  private fresh(
    line: string,
    month: Month,
    state: LineState,
    stored: LineState,
    effects: readonly Effect[],
  ): LinePart[] {
    const own = this.unsettled.get(line)
    if (own === undefined) return this.span(line, month, monthStart(month), state, effects)
    // What flowed up to `from` is in the quantity that the range begins with.
    const later = effects.filter((effect) => effect.hour > this.input.from)
    const parts = this.span(line, month, monthStart(month), own, later)
    const end = parts[0]?.span.state
    if (end !== undefined) {
      // What is pending there from before `from` would count at the next mark: the line stays one that began anew.
      if (isSettled(end) && isSettled(stored)) this.unsettled.delete(line)
      else this.unsettled.set(line, end)
    }
    return parts
  }

  /** A line from an hour to the end of its month, as far as the range reaches. */
  private span(
    line: string,
    month: Month,
    at: Hour,
    state: LineState,
    effects: readonly Effect[],
  ): LinePart[] {
    const { from, to, marks, ledger } = this.input
    const begin = Math.max(from, at) as Hour
    const end = Math.min(addHours(to, 1), monthEnd(month)) as Hour
    if (begin >= end) return []
    const series = marks.get(parseLineKey(line).asset)
    const prices =
      series === undefined
        ? new Float64Array((end - begin) / HOUR_MS).fill(NaN)
        : sliceMarks(series, begin, addHours(end, -1)).price
    const span = lineSpan(state, begin, prices, effects, ledger.knownFrom.get(line) ?? null)
    return [{ line, at: begin, span, quantity: state.quantity }]
  }

  private async effects(month: Month): Promise<ReadonlyMap<string, readonly Effect[]>> {
    const { ledger, loader } = this.input
    this.spanning ??= await ledger.spanning()
    const flows = await ledger.flows(month, this.spanning.get(month)?.tx ?? [])
    return (await countMonth(month, flows, await ledger.assets(), ledger, loader)).effects
  }
}

/** Nothing pending, and a price to go on from where something is held. */
function isSettled({ pending, quantity, base }: LineState): boolean {
  return pending === null && (quantity.isZero() || !Number.isNaN(base.price))
}
