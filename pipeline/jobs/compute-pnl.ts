import type { AssetId } from '#core/asset.ts'
import { addHours, ceilHour, type Hour } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart, nextMonth, previousMonth, type Month } from '#core/month.ts'
import { batchLength, decodeBatch, digest, encodeBatch } from '#pnl/hourly/batch.ts'
import type { LineSpan } from '#pnl/hourly/kernel.ts'
import { computeMonth, movedOn, type MonthResult } from '#pnl/hourly/month.ts'
import { lineKey, parseLineKey } from '#pnl/flows/leg.ts'
import type { Batch, BatchKey, PnlMonth, PnlStore } from '../ports.ts'
import type { MonthFlows, PortfolioLedger } from '../pnl/ledger.ts'
import type { CandleBook } from '../pnl/candle-book.ts'
import type { MarkKeys, MarkLoader } from '../pnl/marks.ts'
import { monthDigest, settledDigest, type MonthInputs, type MonthKey } from '../pnl/month-key.ts'
import { countWith } from '../pnl/month.ts'
import { MonthStates, decodeStates, encodeStates, type LineStates } from '../pnl/month-states.ts'

/** What a run of the computation did. Batches are counted one by one. */
export type ComputeSummary = { readonly months: number; readonly computed: number; readonly reused: number }

/** The states and spans of a portfolio's months, as far as they are not in the store (`persist: false`). */
export type ComputedMonths = {
  readonly summary: ComputeSummary
  /** State of every line at the end of a month; those at the start when the month is before the first one. */
  statesAt(month: Month): Promise<LineStates>
  /** The last month computed or known. */
  readonly last: Month | null
  readonly spans: ReadonlyMap<Month, ReadonlyMap<string, LineSpan>>
}

/** Months written together, so that memory stays bounded and a crash loses little. */
const WRITE_MONTHS = 6

/**
 * Brings the hourly PnL of a portfolio up to `until` (mode `flows`): month by month, each only when something it was
 * made from changed, each line of it only when its own fingerprint did. The result is what a full rebuild gives, bit
 * for bit.
 * @param options.rebuild computes everything, whatever is stored
 * @param options.persist false on a store that cannot be written: the result is handed back instead
 */
export async function computePnl(
  ledger: PortfolioLedger,
  loader: MarkLoader,
  io: PnlStore,
  until: Hour,
  options: { readonly rebuild?: boolean; readonly persist?: boolean } = {},
): Promise<ComputedMonths> {
  const run = await Computation.open(ledger, loader, io, options)
  const first = run.first(until)
  for (let month = first; month <= monthOf(until); month = nextMonth(month)) await run.month(month)
  return run.finish(first)
}

class Computation {
  private readonly ledger: PortfolioLedger
  private readonly loader: MarkLoader
  private readonly io: PnlStore
  private readonly keys: MarkKeys
  private readonly assets: readonly AssetId[]
  private readonly stored: ReadonlyMap<Month, MonthKey>
  private readonly spans: Awaited<ReturnType<PortfolioLedger['spanning']>> | null
  private readonly rebuild: boolean
  private readonly persist: boolean
  private readonly states: MonthStates
  /** Hash of the states at the end of the month done last. */
  private statesHash: string
  private last: Month | null = null
  private readonly kept = new Map<Month, Map<string, LineSpan>>()
  private pending = { months: [] as PnlMonth[], batches: [] as Batch[], droppedBatches: [] as BatchKey[] }
  private counts = { months: 0, computed: 0, reused: 0 }

  private constructor(
    ledger: PortfolioLedger,
    loader: MarkLoader,
    io: PnlStore,
    parts: {
      rebuild: boolean
      persist: boolean
      keys: MarkKeys
      assets: readonly AssetId[]
      stored: Computation['stored']
      spans: Computation['spans']
    },
  ) {
    const { owner, name: portfolio } = ledger.portfolio
    this.ledger = ledger
    this.loader = loader
    this.io = io
    this.keys = parts.keys
    this.assets = parts.assets
    this.stored = parts.stored
    this.spans = parts.spans
    this.rebuild = parts.rebuild
    this.persist = parts.persist
    this.states = new MonthStates(io, { owner, portfolio, quote: loader.quote }, ledger.startStates())
    this.statesHash = digest(this.states.startText)
  }

  static async open(
    ledger: PortfolioLedger,
    loader: MarkLoader,
    io: PnlStore,
    { rebuild = false, persist = true }: { readonly rebuild?: boolean; readonly persist?: boolean },
  ): Promise<Computation> {
    const { owner, name } = ledger.portfolio
    const assets = await ledger.assets()
    const rows = await io.pnlKeys(owner, name, loader.quote)
    const stored = new Map(rows.map(({ month, key }) => [month, JSON.parse(key) as MonthKey] as const))
    // Which transactions fall in several months can only have changed when flows did.
    const moved = ledger.months().some((month) => stored.get(month)?.flows !== ledger.key(month))
    const spans = rebuild || moved ? await ledger.spanning() : null
    const keys = await loader.keys(assets)
    return new Computation(ledger, loader, io, { keys, assets, stored, spans, rebuild, persist })
  }

  /** The first month with a flow or a candle; before it every line stands as it began. */
  first(until: Hour): Month {
    const months = [this.ledger.months()[0], this.keys.first].filter(
      (month) => month !== undefined && month !== null,
    )
    return months.sort()[0] ?? monthOf(until)
  }

  async month(month: Month): Promise<void> {
    const known = this.stored.get(month)
    const mates =
      this.spans === null ? (known?.mates ?? []) : [...(this.spans.get(month)?.months ?? [])].sort()
    const { ledger, loader } = this
    const inputs: MonthInputs = { month, mates, ledger, loader, start: this.statesHash }
    const full = monthDigest(inputs, this.keys)
    if (known?.digest === full && !this.rebuild) {
      this.states.unchanged(month)
      this.statesHash = known.end
    } else await this.refresh(inputs, full)
    this.last = month
  }

  /** A month of which something changed: where its batches stand its lines are moved on, else it is computed. */
  private async refresh(inputs: MonthInputs, full: string): Promise<void> {
    const { month } = inputs
    const candles = await this.loader.candles(this.assets, monthStart(month), monthEnd(month))
    const moved = await this.moveOn(inputs, candles)
    if (moved === null) await this.compute(inputs, full, candles)
    else this.finished(month, { ...moved.key, digest: full }, moved.states)
    if (this.persist && this.pending.months.length >= WRITE_MONTHS) await this.write([])
  }

  /** A month whose stored batches stand all together; null where they have to be looked at one by one. */
  private async moveOn(
    inputs: MonthInputs,
    candles: CandleBook,
  ): Promise<{ readonly key: MonthKey; readonly states: LineStates } | null> {
    const { month } = inputs
    if (this.rebuild || !this.stored.has(month)) return null
    const { owner, name } = this.ledger.portfolio
    // Key and states from one row: another run may have written since the keys were read.
    const row = await this.io.pnlMonth(owner, name, this.loader.quote, month)
    if (row === null) return null
    const key = JSON.parse(row.key) as MonthKey
    const { settled } = key
    if (settled === undefined || settled.digest !== settledDigest(inputs, candles, settled.at)) return null
    const states = movedOn(decodeStates(row.states), settled.at, (from) => candles.marks(from))
    return states === null ? null : { key, states }
  }

  private async compute(inputs: MonthInputs, full: string, candles: CandleBook): Promise<void> {
    const { month, mates } = inputs
    const mateTx =
      mates.length === 0 ? [] : ((this.spans ?? (await this.ledger.spanning())).get(month)?.tx ?? [])
    const flows = await this.ledger.flows(month, mateTx)
    const marks = candles.marks()
    const { effects } = await countWith(marks, month, flows, this.assets, this.ledger, this.loader)
    const { owner, name } = this.ledger.portfolio
    const batches = this.stored.has(month)
      ? await this.io.batches(owner, name, this.loader.quote, month, month)
      : []
    const stored = new Map(batches.map((batch) => [lineKey(batch), batch] as const))
    const result = computeMonth({
      from: monthStart(month),
      states: await this.states.at(previousMonth(month)),
      effects,
      marks: (asset) => marks.of(asset),
      knownFrom: this.ledger.knownFrom,
      stored: (line) => {
        const batch = stored.get(line)
        if (batch === undefined || this.rebuild) return null
        const { fingerprint } = batch
        return { fingerprint, length: batchLength(batch), end: () => decodeBatch(batch).state }
      },
    })
    const at = settledFrom(flows, result)
    const settled = mates.length > 0 ? {} : { settled: { at, digest: settledDigest(inputs, candles, at) } }
    this.finished(month, { digest: full, flows: this.ledger.key(month), mates, ...settled }, result.states)
    this.collect(month, result, stored)
    if (!this.persist) this.keep(month, stored, result)
  }

  private finished(month: Month, key: Omit<MonthKey, 'end'>, states: LineStates): void {
    const { owner, name: portfolio } = this.ledger.portfolio
    const text = encodeStates(states)
    this.states.computed(month, text)
    this.statesHash = digest(text)
    this.counts.months++
    const ended: MonthKey = { ...key, end: this.statesHash }
    const identity = { owner, portfolio, quote: this.loader.quote, month }
    this.pending.months.push({ ...identity, key: JSON.stringify(ended), states: text })
  }

  /** What a computed month gives to be written besides itself: batches made anew, and those no longer there. */
  private collect(month: Month, result: MonthResult, stored: ReadonlyMap<string, Batch>): void {
    const { owner, name } = this.ledger.portfolio
    const identity = { owner, portfolio: name, quote: this.loader.quote, month }
    const { batches, droppedBatches } = this.pending
    for (const { line, fingerprint, span } of result.computed) {
      batches.push({ ...identity, ...parseLineKey(line), fingerprint, ...encodeBatch(span) })
    }
    const still = new Set([...result.reused, ...result.computed.map(({ line }) => line)])
    for (const [line, batch] of stored) if (!still.has(line)) droppedBatches.push(batch)
    this.counts.computed += result.computed.length
    this.counts.reused += result.reused.length
  }

  private keep(month: Month, stored: ReadonlyMap<string, Batch>, { reused, computed }: MonthResult): void {
    const spans = new Map<string, LineSpan>()
    for (const line of reused) spans.set(line, decodeBatch(stored.get(line) as Batch))
    for (const { line, span } of computed) spans.set(line, span)
    this.kept.set(month, spans)
  }

  private async write(droppedMonths: readonly Month[]): Promise<void> {
    const change = this.pending
    if (change.months.length === 0 && change.droppedBatches.length === 0 && droppedMonths.length === 0) return
    const { owner, name: portfolio } = this.ledger.portfolio
    const dropped = droppedMonths.map((month) => ({ owner, portfolio, quote: this.loader.quote, month }))
    this.pending = { months: [], batches: [], droppedBatches: [] }
    await this.io.writePnl({ ...change, droppedMonths: dropped })
  }

  async finish(first: Month): Promise<ComputedMonths> {
    // Months before the first are left from flows that are no longer there.
    const dropped = [...this.stored.keys()].filter((month) => month < first)
    const { owner, name } = this.ledger.portfolio
    for (const month of dropped) {
      const batches = await this.io.batches(owner, name, this.loader.quote, month, month)
      this.pending.droppedBatches.push(...batches)
    }
    if (this.persist) await this.write(dropped)
    const statesAt = (month: Month) => this.states.at(month)
    return { summary: this.counts, statesAt, last: this.last, spans: this.kept }
  }
}

/** Also a flow that counts for no line, being within an opening, can value an exchange by its own hour's mark. */
function settledFrom({ flows }: MonthFlows, { settledAt }: MonthResult): Hour {
  return flows.reduce((latest, { time }) => {
    const after = addHours(ceilHour(time), 1)
    return after > latest ? after : latest
  }, settledAt)
}
