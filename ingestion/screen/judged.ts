import { CANDLE_COLUMNS, type CandleColumns, type CandleRun } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Samples, Suspect } from '#core/sample.ts'
import { coveredHours, toCandles } from '../candles.ts'
import { screen, type ScreenContext } from './screen.ts'

/** What a price source answered: `PriceAnswer` of the pipeline's ports. */
type Answer = {
  readonly samples: Samples
  readonly coveredTo: number
  readonly invalid: ScreenContext['invalid'] & {}
  readonly candles?: CandleColumns
}

/**
 * One answer, judged: suspects kept aside, the rest made into candles. Sources that answer in buckets bring their
 * own candles; an hour whose opening price is kept aside is then left empty.
 */
export function judgeAnswer(
  answer: Answer,
  from: Hour,
  context: Omit<ScreenContext, 'invalid'>,
): { run: CandleRun; suspects: readonly Suspect[] } {
  const { accepted, suspects } = screen(answer.samples, { ...context, invalid: answer.invalid })
  const columns = answer.candles
    ? openedBy(answer.candles, accepted, from)
    : toCandles(accepted, { from, coveredTo: answer.coveredTo })
  const { asset, quote, provider } = context
  return { run: { asset, quote, provider, from, columns }, suspects }
}

function openedBy(candles: CandleColumns, accepted: Samples, from: Hour): CandleColumns {
  const opened = new Set(Array.from(accepted.times, (time) => coveredHours(from, time + 1) - 1))
  const columns = Object.fromEntries(
    CANDLE_COLUMNS.map((name) => [name, candles[name].slice()]),
  ) as unknown as CandleColumns
  for (let hour = 0; hour < columns.count.length; hour++) {
    if (opened.has(hour) || !((columns.count[hour] as number) > 0)) continue
    for (const name of CANDLE_COLUMNS) if (name !== 'covered') columns[name][hour] = NaN
    columns.count[hour] = 0
  }
  return columns
}
