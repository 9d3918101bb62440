import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { EVERY, shownHours, type Every } from './pnl-range.ts'

/** From the shortest step to the longest. */
const STEPS = Object.keys(EVERY) as Every[]

/** How much of a report somebody else's machine works out for who asks: cells are tokens times hours. */
export type PnlBounds = {
  /** Cells that are shown, at the step that is asked for. */
  readonly shown: number
  /** Cells that are worked out, at every hour. */
  readonly worked: number
}

/** @throws TidemarkError INPUT_INVALID that says which step or range fits */
export function refuseCells(
  { from, to, every = '1h' }: { from: Hour; to: Hour; every?: Every | undefined },
  tokens: number,
  most: PnlBounds | undefined,
): void {
  if (most === undefined) return
  const hours = (to - from) / HOUR_MS + 1
  if (tokens * hours > most.worked)
    throw tooMany(
      `${tokens} tokens at ${hours} hours`,
      `Ask for a range of at most ${Math.floor(most.worked / tokens / 24)} days, or name fewer assets.`,
    )
  const cells = (step: Every) => tokens * shownHours(from, to, step).length
  if (cells(every) <= most.shown) return
  const fitting = STEPS.slice(STEPS.indexOf(every) + 1).find((step) => cells(step) <= most.shown)
  throw tooMany(
    `${tokens} tokens at ${cells(every) / tokens} times`,
    fitting === undefined ? 'Ask for a shorter range, or name fewer assets.' : `Ask with every=${fitting}.`,
  )
}

const tooMany = (what: string, fix: string): TidemarkError =>
  new TidemarkError('INPUT_INVALID', { message: `${what} are more than one answer holds.`, fix })
