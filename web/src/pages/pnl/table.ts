import { stepAt, type Level, type Pnl } from './rows.ts'

/** The columns of figures, in the words and the order of the command. */
export const MEASURES = ['step', 'pnl', 'percent', 'value', 'mark', 'quantity'] as const
export type Measure = (typeof MEASURES)[number]

export function measureName(measure: Measure, level: Level): string {
  switch (measure) {
    case 'step':
      return level === 'hour' ? 'this hour' : 'since before'
    case 'pnl':
      return 'PnL'
    case 'percent':
      return 'PnL %'
    case 'value':
    case 'mark':
    case 'quantity':
      return measure
  }
}

/** One series of the table: a token, or the whole. */
export type Series = {
  /** Null is the whole. */
  readonly asset: string | null
  readonly symbol: string
  readonly value: readonly (string | null)[]
  readonly pnl: readonly (string | null)[]
  readonly fractions: readonly (number | null)[]
  readonly mark: readonly (string | null)[] | null
  readonly quantity: readonly (string | null)[] | null
  readonly quality: Pnl['total']['quality']
  readonly source: readonly (string | null)[] | null
}

/** Tokens in the order they came, and the whole at the end. */
export function seriesOf(pnl: Pnl): Series[] {
  const tokens = pnl.tokens.map((token, at): Series => ({
    ...token,
    fractions: pnl.fractions.tokens[at] ?? [],
  }))
  const { value, pnl: made, quality } = pnl.total
  const whole: Series = {
    ...{ asset: null, symbol: 'total', value, pnl: made, quality },
    ...{ mark: null, quantity: null, source: null },
    fractions: pnl.fractions.total,
  }
  return [...tokens, whole]
}

/** The text of a figure with all of its digits; null where it is missing, undefined where there is no such figure. */
export function figureOf(
  series: Series,
  measure: Measure,
  row: number,
  marks: readonly number[],
): string | null | undefined {
  const index = marks[row] ?? -1
  switch (measure) {
    case 'step':
      return stepAt(series.pnl, marks, row)
    case 'percent': {
      const fraction = series.fractions[index] ?? null
      return fraction === null ? null : String(fraction)
    }
    case 'mark':
    case 'quantity':
      return series[measure] === null ? undefined : (series[measure][index] ?? null)
    case 'value':
    case 'pnl':
      return series[measure][index] ?? null
  }
}
