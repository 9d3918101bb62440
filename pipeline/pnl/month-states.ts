import type { Quote } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import { sortedLines } from '#pnl/hourly/month.ts'
import { decodeState, encodeState, type LineState, type StateJson } from '#pnl/hourly/state.ts'
import type { PnlStore } from '../ports.ts'

export type LineStates = ReadonlyMap<string, LineState>

/** States of a portfolio's lines at the end of each month: computed in this run, or read from the store when needed. */
export class MonthStates {
  private readonly io: PnlStore
  private readonly of: { readonly owner: string; readonly portfolio: string; readonly quote: Quote }
  private readonly start: string
  private readonly texts = new Map<Month, string>()
  private readonly stored = new Set<Month>()

  /** @param start states before anything flowed */
  constructor(io: PnlStore, of: MonthStates['of'], start: LineStates) {
    this.io = io
    this.of = of
    this.start = encodeStates(start)
  }

  get startText(): string {
    return this.start
  }

  /** What a month ended with, as computed now. */
  computed(month: Month, text: string): void {
    this.texts.set(month, text)
  }

  /** What a month ended with is in the store, and still right. */
  unchanged(month: Month): void {
    this.stored.add(month)
  }

  /** At the end of a month; at the start when nothing is known of it. */
  async at(month: Month): Promise<LineStates> {
    return decodeStates(await this.text(month))
  }

  private async text(month: Month): Promise<string> {
    const known = this.texts.get(month)
    if (known !== undefined) return known
    if (!this.stored.has(month)) return this.start
    const { owner, portfolio, quote } = this.of
    const text = (await this.io.pnlMonth(owner, portfolio, quote, month))?.states ?? this.start
    this.texts.set(month, text)
    return text
  }
}

/** States as text, in the order of lines, so that equal states are equal text. */
export function encodeStates(states: LineStates): string {
  const lines = sortedLines(states.keys())
  return JSON.stringify(lines.map((line) => [line, encodeState(states.get(line) as LineState)] as const))
}

export function decodeStates(text: string): LineStates {
  const lines = JSON.parse(text) as [string, StateJson][]
  return new Map(lines.map(([line, state]) => [line, decodeState(state)] as const))
}
