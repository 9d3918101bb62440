import type { Answer } from '../../api/types.ts'
import { minus } from '../../format/decimal.ts'

// What the table of tokens and hours is made of, before anything is drawn.

export type Pnl = Answer<'GET /portfolio/pnl'>
export type Token = Pnl['tokens'][number]
type Texts = readonly (string | null)[]

/** Which marks make a row. */
export const LEVELS = ['month', 'day', 'hour'] as const
export type Level = (typeof LEVELS)[number]

export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A week of hours is what the command prints unless told otherwise. */
const HOURS_UP_TO = 8 * DAY_MS
const DAYS_UP_TO = 120 * DAY_MS

/** The rows that a range of so many milliseconds is read in. */
export function levelFor(span: number): Level {
  return span <= HOURS_UP_TO ? 'hour' : span <= DAYS_UP_TO ? 'day' : 'month'
}

/** Which of the marks that came are rows: all, or of each month the first, with both ends of the range. */
export function marksOf(hours: readonly string[], level: Level): number[] {
  const all = hours.map((_, index) => index)
  if (level !== 'month') return all
  const last = hours.length - 1
  return all.filter((index) => index === 0 || index === last || (hours[index] ?? '').slice(8, 13) === '01T00')
}

/**
 * What was made since the row before, exactly. Where a mark is missing it is null, and the next one tells of all since
 * the last that was known. Worked out for the row that is looked at: a year of hours has half a million.
 */
export function stepAt(pnl: Texts, marks: readonly number[], row: number): string | null {
  const now = pnl[marks[row] ?? -1] ?? null
  if (now === null) return null
  for (let at = row - 1; at >= 0; at--) {
    const before = pnl[marks[at] ?? -1] ?? null
    if (before !== null) return minus(now, before)
  }
  return null
}

/** Why a token has no figure at an hour. */
export function reasonAt({ gaps }: Pick<Pnl, 'gaps'>, asset: string, hour: string): string {
  return gaps.find((gap) => gap.asset === asset && gap.from <= hour && hour <= gap.to)?.reason ?? 'no price'
}

/** What is to be known of a token's value at an hour, in the words of the command; empty where all is well. */
export function tokenNote(token: Pick<Token, 'quality' | 'source'>, index: number): string {
  const source = token.source[index] ?? ''
  switch (token.quality[index] ?? 'missing') {
    case 'missing':
      return 'missing'
    case 'carried':
      return source.startsWith('carried:') ? `carried ${source.slice('carried:'.length)}` : 'carried'
    case 'estimated':
      return source === '' ? 'estimated' : `estimated (${source})`
    case 'ok':
      return ''
  }
}

/** How old a carried price is, such as `2h`. */
export function ageOf(source: string | null | undefined): string | undefined {
  return /^carried:(\S+)/.exec(source ?? '')?.[1]
}

/** What keeps the last total from being whole, as the badge of the coverage takes it. */
export function incompleteOf(pnl: Pnl) {
  const last = pnl.hours.length - 1
  return pnl.tokens.flatMap((token) => {
    const quality = token.quality[last] ?? 'missing'
    if (quality === 'ok') return []
    const { asset, symbol } = token
    const reason = quality === 'missing' ? reasonAt(pnl, asset, pnl.to) : tokenNote(token, last)
    return [{ asset, symbol, quality, reason }]
  })
}

/** Why no change is told of the whole: an end of the range that is not complete. Null where both are. */
export function unfinished({ total, hours }: Pick<Pnl, 'total' | 'hours'>): string | null {
  const ends = [
    [0, 'at the beginning'],
    [hours.length - 1, 'at the end'],
  ] as const
  for (const [index, words] of ends)
    if (total.quality[index] === 'missing' || (total.coverage[index] ?? 0) < 1)
      return `not everything held ${words} of the range has a price`
  return null
}

/** Parts that a change is made of, as the command says them; what is nothing is left out. */
export function partsOf(attribution: Pnl['total']['attribution']): [name: string, amount: string][] {
  return Object.entries(attribution).flatMap(([name, amount]): [string, string][] =>
    amount === null || !/[1-9]/.test(amount) || (name === 'residual' && isDust(amount))
      ? []
      : [[name, amount]],
  )
}

/** Rounding leaves a residual; under a millionth it is no part of anything. */
function isDust(amount: string): boolean {
  return /^-?0\.0{6}/.test(amount)
}
