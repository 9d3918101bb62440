import { formatTime } from '#core/hour.ts'
import { money, plain } from '#core/number.ts'
import type { ExplainedMark, Explanation } from '#pipeline/queries/explain.ts'

const time = (ms: number): string => formatTime(ms)
const amount = (value: number): string | null => (Number.isNaN(value) ? null : money(value))
const price = (value: number): string | null => (Number.isNaN(value) ? null : plain(value))

/** `pnl --explain --json`: every number behind one hour of one asset; what is missing is null. */
export function explanationDocument(found: Explanation) {
  const { attribution } = found
  return {
    ...found,
    hour: time(found.hour),
    mark: markDocument(found.mark),
    previous: markDocument(found.previous),
    value: amount(found.value),
    delta: amount(found.delta),
    attribution: {
      price: amount(attribution.price),
      trading: amount(attribution.trading),
      income: amount(attribution.income),
      fees: amount(attribution.fees),
      loss: amount(attribution.loss),
      residual: amount(attribution.residual),
    },
    external: money(found.external),
    flows: found.flows.map((flow) => ({ ...flow, time: time(flow.time) })),
    candles: found.candles.map((candle) => ({
      ...candle,
      open: price(candle.open),
      high: price(candle.high),
      low: price(candle.low),
      close: price(candle.close),
      mean: price(candle.mean),
    })),
  }
}

function markDocument(mark: ExplainedMark | null) {
  if (mark === null) return null
  const { hour, price: found, quality, source, sampled } = mark
  return {
    hour: time(hour),
    price: price(found),
    quality,
    source,
    sampled: sampled === null ? null : time(sampled),
  }
}
