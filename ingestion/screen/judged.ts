import { CANDLE_COLUMNS, type CandleColumns, type CandleRun } from '#core/candle.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Samples, Suspect } from '#core/sample.ts'
import { recordOf } from '#core/record-of.ts'
import { coveredHours, toCandles } from '../candles.ts'
import { screen, type ScreenContext } from './screen.ts'

/** What a price source answered: `PriceAnswer` of the pipeline's ports. */
type Answer = {
  readonly samples: Samples
  readonly coveredTo: number
  readonly invalid: readonly { readonly time: number; readonly price: string; readonly reason: string }[]
  readonly candles?: CandleColumns
}
/** The hours that were asked for begin at `asked`; those of [from, to) are kept, the rest is there to judge by. */
type Part = { readonly asked: Hour; readonly from: Hour; readonly to: number }

/**
 * One answer, judged: suspects kept aside, the rest made into candles. Sources that answer in buckets bring their
 * own candles; an hour whose opening price is kept aside is then left empty.
 */
export function judgeAnswer(
  answer: Answer,
  part: Part,
  context: Omit<ScreenContext, 'invalid'>,
): { run: CandleRun; suspects: readonly Suspect[] } {
  const screened = screen(answer.samples, { ...context, invalid: answer.invalid })
  const coveredTo = Math.min(part.to, answer.coveredTo)
  const columns = answer.candles
    ? openedBy(answer.candles, screened.accepted, part, coveredTo)
    : toCandles(screened.accepted, { from: part.from, coveredTo })
  const suspects = screened.suspects.filter(({ time }) => time >= part.from && time < part.to)
  const { asset, quote, provider } = context
  return { run: { asset, quote, provider, from: part.from, columns }, suspects }
}

function openedBy(candles: CandleColumns, accepted: Samples, part: Part, coveredTo: number): CandleColumns {
  const begin = (part.from - part.asked) / HOUR_MS
  const end = begin + coveredHours(part.from, coveredTo)
  const columns = recordOf(CANDLE_COLUMNS, (name) => candles[name].slice(begin, end))
  const opened = new Set(accepted.times)
  for (let hour = 0; hour < columns.count.length; hour++) {
    if (opened.has(part.from + hour * HOUR_MS) || !((columns.count[hour] as number) > 0)) continue
    for (const name of CANDLE_COLUMNS) if (name !== 'covered') columns[name][hour] = NaN
    columns.count[hour] = 0
  }
  return columns
}
