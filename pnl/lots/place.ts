import type { Flow, FlowKind } from '#core/flow.ts'

/**
 * Where an entry stands: by time; in one second what comes in, then transfers, conversions, splits, then what goes out;
 * each in the order of the lines, a fee right after its row (docs/semantics.md, 5).
 */
export type Place = {
  readonly time: number
  readonly phase: number
  /** File or source, line, index in the log, place among equal rows, id: the order of entry. */
  readonly file: string
  readonly line: number
  readonly log: number
  readonly ordinal: number
  readonly id: string
  /** Within one row. */
  readonly step: number
}

const PHASES: Partial<Record<FlowKind, number>> = { transfer: 1, convert: 2, split: 3 }
const INCOMING = 0
const OUTGOING = 4

/** Steps within one row: what leaves on a move, the row, what it brought from outside, its fee, what was lost. */
export const DEPARTURE = 0
export const ROW = 1
export const SURPLUS = 2
export const FEE = 3
export const LOSS = 4

export function placeOf(flow: Flow): Place {
  return {
    time: flow.time,
    phase: PHASES[flow.kind] ?? (flow.quantity.startsWith('-') ? OUTGOING : INCOMING),
    file: flow.file ?? flow.source,
    line: flow.line ?? Number.MAX_SAFE_INTEGER,
    log: flow.logIndex ?? Number.MAX_SAFE_INTEGER,
    ordinal: flow.ordinal,
    id: flow.id,
    step: ROW,
  }
}

export function byPlace(a: Place, b: Place): number {
  return (
    a.time - b.time ||
    a.phase - b.phase ||
    byText(a.file, b.file) ||
    a.line - b.line ||
    a.log - b.log ||
    a.ordinal - b.ordinal ||
    byText(a.id, b.id) ||
    a.step - b.step
  )
}

// Ids may hold anything; the order needs only to be the same everywhere.
const byText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
