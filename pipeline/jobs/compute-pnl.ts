import type { AssetId } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import {
  monthEnd,
  monthLength,
  monthOf,
  monthStart,
  nextMonth,
  previousMonth,
  type Month,
} from '#core/month.ts'
import { FORMULA_VERSION, batchLength, decodeBatch, digest, encodeBatch } from '#pnl/hourly/batch.ts'
import type { LineSpan } from '#pnl/hourly/kernel.ts'
import { computeMonth, sortedLines, type MonthResult } from '#pnl/hourly/month.ts'
import { decodeState, encodeState, type LineState, type StateJson } from '#pnl/hourly/state.ts'
import { lineKey, parseLineKey } from '#pnl/flows/leg.ts'
import type { Batch, BatchKey, PnlMonth, PnlStore } from '../ports.ts'
import type { PortfolioLedger } from '../pnl/ledger.ts'
import type { MarkKeys, MarkLoader } from '../pnl/marks.ts'
import { countMonth } from '../pnl/month.ts'

/** What a run of the computation did. Batches are counted one by one. */
export type ComputeSummary = { readonly months: number; readonly computed: number; readonly reused: number }

/** The states and spans of a portfolio's months, as far as they are not in the store (`persist: false`). */
export type ComputedMonths = {
  readonly summary: ComputeSummary
  /** State of every line at the end of a month; those at the start when the month is before the first one. */
  statesAt(month: Month): ReadonlyMap<string, LineState>
  /** The last month computed or known. */
  readonly last: Month | null
  readonly spans: ReadonlyMap<Month, ReadonlyMap<string, LineSpan>>
}

/**
 * Kept in `PnlMonth.key`: the hash of all inputs, the revisions of the flows, the months it shares a tx with, and the
 * hash of the states at its end, so that the next month can be checked without reading them.
 */
type MonthKey = {
  readonly digest: string
  readonly flows: string
  readonly mates: readonly Month[]
  readonly end: string
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
  for (let month = run.first(until); month <= monthOf(until); month = nextMonth(month)) await run.month(month)
  return run.finish()
}

class Computation {
  private readonly ledger: PortfolioLedger
  private readonly loader: MarkLoader
  private readonly io: PnlStore
  private readonly keys: MarkKeys
  private readonly assets: readonly AssetId[]
  private readonly stored: Map<Month, PnlMonth>
  private readonly spans: Map<Month, { tx: string[]; months: Set<Month> }> | null
  private readonly persist: boolean
  /** States after the month done last, as they are stored; decoded only where something is computed from them. */
  private states: string
  private statesHash: string
  private readonly ends = new Map<Month, string>()
  private readonly kept = new Map<Month, Map<string, LineSpan>>()
  private pending = { months: [] as PnlMonth[], batches: [] as Batch[], droppedBatches: [] as BatchKey[] }
  private counts = { months: 0, computed: 0, reused: 0 }

  private constructor(
    ledger: PortfolioLedger,
    loader: MarkLoader,
    io: PnlStore,
    parts: {
      keys: MarkKeys
      assets: readonly AssetId[]
      stored: Map<Month, PnlMonth>
      spans: Computation['spans']
      persist: boolean
    },
  ) {
    this.ledger = ledger
    this.loader = loader
    this.io = io
    this.keys = parts.keys
    this.assets = parts.assets
    this.stored = parts.stored
    this.spans = parts.spans
    this.persist = parts.persist
    this.states = encodeStates(ledger.startStates())
    this.statesHash = digest(this.states)
  }

  static async open(
    ledger: PortfolioLedger,
    loader: MarkLoader,
    io: PnlStore,
    options: { readonly rebuild?: boolean; readonly persist?: boolean },
  ): Promise<Computation> {
    const { owner, name } = ledger.portfolio
    const assets = await ledger.assets()
    const stored = options.rebuild === true ? [] : await io.pnlMonths(owner, name, loader.quote)
    const byMonth = new Map(stored.map((row) => [row.month, row] as const))
    const flowsMoved = ledger.months().some((month) => flowsOf(byMonth.get(month)) !== ledger.key(month))
    return new Computation(ledger, loader, io, {
      keys: await loader.revisions(assets),
      assets,
      stored: byMonth,
      // Which transactions fall in several months can only have changed when flows did.
      spans: flowsMoved || options.rebuild === true ? await ledger.spanning() : null,
      persist: options.persist !== false,
    })
  }

  /** The first month with a flow or a candle; before it every line stands as it began. */
  first(until: Hour): Month {
    const months = [this.ledger.months()[0], this.keys.first].filter(
      (month) => month !== undefined && month !== null,
    )
    return months.sort()[0] ?? monthOf(until)
  }

  async month(month: Month): Promise<void> {
    const row = this.stored.get(month)
    const known = row === undefined ? null : keyOf(row)
    const mates =
      this.spans === null ? (known?.mates ?? []) : [...(this.spans.get(month)?.months ?? [])].sort()
    const inputs = this.digest(month, mates)
    if (row !== undefined && known?.digest === inputs) {
      this.states = row.states
      this.statesHash = known.end
    } else await this.compute(month, inputs, mates, row !== undefined)
    this.ends.set(month, this.states)
  }

  /** Hash of everything a month is made from; equal keys mean equal bytes. */
  private digest(month: Month, mates: readonly Month[]): string {
    const months = [previousMonth(month), month, ...mates]
    return digest([
      FORMULA_VERSION,
      this.loader.base,
      months.map((each) => this.keys.month(each)),
      [month, ...mates].map((each) => this.ledger.key(each)),
      this.statesHash,
      [...this.ledger.knownFrom].filter(([, hour]) => hour >= monthStart(month)),
    ])
  }

  private async compute(
    month: Month,
    inputs: string,
    mates: readonly Month[],
    hasBatches: boolean,
  ): Promise<void> {
    const mateTx =
      mates.length === 0 ? [] : ((this.spans ?? (await this.ledger.spanning())).get(month)?.tx ?? [])
    const flows = await this.ledger.flows(month, mateTx)
    const { marks, effects } = await countMonth(month, flows, this.assets, this.ledger, this.loader)
    const { owner, name } = this.ledger.portfolio
    const batches = hasBatches ? await this.io.batches(owner, name, this.loader.quote, month, month) : []
    const stored = new Map(batches.map((batch) => [lineKey(batch), batch] as const))
    const result = computeMonth({
      from: monthStart(month),
      states: decodeStates(this.states),
      effects,
      marks: marks.of,
      knownFrom: this.ledger.knownFrom,
      stored: (line) => {
        const batch = stored.get(line)
        if (batch === undefined) return null
        const { fingerprint } = batch
        return { fingerprint, length: batchLength(batch), end: () => decodeBatch(batch).state }
      },
    })
    this.states = encodeStates(result.states)
    this.statesHash = digest(this.states)
    this.counts.months++
    this.counts.computed += result.computed.length
    this.counts.reused += result.reused.length
    const key: MonthKey = { digest: inputs, flows: this.ledger.key(month), mates, end: this.statesHash }
    this.collect(month, key, result, stored)
    if (!this.persist) this.keep(month, stored, result)
    else if (this.pending.months.length >= WRITE_MONTHS) await this.write([])
  }

  /** What a month gives to be written: itself, the batches made anew, and those that are no longer there. */
  private collect(
    month: Month,
    key: MonthKey,
    result: MonthResult,
    stored: ReadonlyMap<string, Batch>,
  ): void {
    const { owner, name } = this.ledger.portfolio
    const identity = { owner, portfolio: name, quote: this.loader.quote, month }
    const { months, batches, droppedBatches } = this.pending
    months.push({ ...identity, key: JSON.stringify(key), states: this.states })
    for (const { line, fingerprint, span } of result.computed) {
      batches.push({ ...identity, ...parseLineKey(line), fingerprint, ...encodeBatch(span) })
    }
    const still = new Set([...result.reused, ...result.computed.map(({ line }) => line)])
    for (const [line, batch] of stored) if (!still.has(line)) droppedBatches.push(batch)
  }

  private keep(month: Month, stored: ReadonlyMap<string, Batch>, { reused, computed }: MonthResult): void {
    const spans = new Map<string, LineSpan>()
    for (const line of reused) spans.set(line, decodeBatch(stored.get(line) as Batch))
    for (const { line, span } of computed) spans.set(line, span)
    this.kept.set(month, spans)
  }

  private async write(droppedMonths: readonly PnlMonth[]): Promise<void> {
    const change = this.pending
    if (change.months.length === 0 && change.droppedBatches.length === 0 && droppedMonths.length === 0) return
    this.pending = { months: [], batches: [], droppedBatches: [] }
    await this.io.writePnl({ ...change, droppedMonths })
  }

  async finish(): Promise<ComputedMonths> {
    const months = [...this.ends.keys()]
    const first = months[0]
    // Months before the first are left from flows that are no longer there.
    const dropped = [...this.stored.values()].filter(({ month }) => first !== undefined && month < first)
    const { owner, name } = this.ledger.portfolio
    for (const { month } of dropped) {
      this.pending.droppedBatches.push(
        ...(await this.io.batches(owner, name, this.loader.quote, month, month)),
      )
    }
    if (this.persist) await this.write(dropped)
    const start = encodeStates(this.ledger.startStates())
    return {
      summary: this.counts,
      statesAt: (month) => decodeStates(this.ends.get(month) ?? start),
      last: months.at(-1) ?? null,
      spans: this.kept,
    }
  }
}

const keyOf = (row: PnlMonth): MonthKey => JSON.parse(row.key) as MonthKey

function flowsOf(row: PnlMonth | undefined): string | null {
  return row === undefined ? null : keyOf(row).flows
}

/** States as text, in the order of lines, so that equal states are equal text. */
function encodeStates(states: ReadonlyMap<string, LineState>): string {
  const lines = sortedLines(states.keys()).map(
    (line) => [line, encodeState(states.get(line) as LineState)] as const,
  )
  return JSON.stringify(lines)
}

function decodeStates(text: string): Map<string, LineState> {
  const lines = JSON.parse(text) as [string, StateJson][]
  return new Map(lines.map(([line, state]) => [line, decodeState(state)] as const))
}
