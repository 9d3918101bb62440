import type { EChartsOption } from 'echarts'
import { amountAxis, timeAxis } from '../../charts/defaults.ts'
import type { ChartLook } from '../../charts/look.ts'
import { linesOf, nearest, stretchesOf } from '../../charts/points.ts'
import { pixels } from '../../format/decimal.ts'
import type { Page } from './parts.ts'

const LEFT = 62
const PLACES = [
  { top: 26, height: 150 },
  { top: 182, height: 4 },
  { top: 216, height: 90 },
  { top: 336, height: 60 },
] as const
export const HISTORY_HEIGHT = 424

export type HistoryInput = {
  readonly pnl: Page['pnl']
  readonly look: ChartLook
  readonly priceAxis: (value: number) => string
  readonly valueAxis: (value: number) => string
  readonly quantityAxis: (value: number) => string
  readonly words: (point: number) => string
}

/** Price, value and quantity below each other, under one crosshair. */
export function historyChart(input: HistoryInput): EChartsOption {
  const { pnl, look, priceAxis, valueAxis, quantityAxis, words } = input
  const [token] = pnl.tokens
  const series = { time: pnl.hours, value: token?.mark ?? [], quality: token?.quality ?? [] }
  const { all, sure, unsure } = linesOf(series)
  const times = all.map(([at]) => at)
  const ends = { min: times[0] ?? 0, max: times.at(-1) ?? 0 }
  const against = (values: readonly (string | null)[]) =>
    times.map((at, index) => [at, pixels(values[index])]) as never
  const line = { type: 'line' as const, showSymbol: false, connectNulls: false, silent: true }
  const at = (index: number) => ({ xAxisIndex: index, yAxisIndex: index })
  const titled = (name: string) => ({
    ...{ name, nameLocation: 'end' as const, nameGap: 6, splitNumber: 3 },
    nameTextStyle: { color: look.soft, align: 'left' as const, padding: [0, 0, 0, 4] },
  })
  return {
    grid: PLACES.map((place) => ({ ...place, left: LEFT, right: 14, outerBoundsMode: 'none' as const })),
    xAxis: PLACES.map((_, gridIndex) => ({
      ...timeAxis(look),
      ...{ gridIndex, ...ends },
      ...(gridIndex === 3 ? {} : { axisLabel: { show: false }, axisLine: { show: false } }),
    })),
    yAxis: [
      { ...amountAxis(look, priceAxis), ...titled('Price'), gridIndex: 0 },
      { type: 'value', gridIndex: 1, show: false, min: 0, max: 1 },
      { ...amountAxis(look, valueAxis), ...titled('Value'), gridIndex: 2 },
      { ...amountAxis(look, quantityAxis), ...titled('Quantity'), gridIndex: 3, splitNumber: 2 },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      trigger: 'axis',
      formatter: (shown: unknown) =>
        words(nearest(times, Number((shown as { axisValue?: number }[])[0]?.axisValue ?? NaN))),
    },
    series: [
      { ...line, ...at(0), data: all as never, lineStyle: { opacity: 0 } },
      { ...line, ...at(0), data: sure as never, lineStyle: { width: 2, color: look.accent } },
      {
        ...{ ...line, ...at(0), data: unsure as never },
        lineStyle: { width: 2, type: 'dashed', color: look.accent },
      },
      {
        ...{ ...line, ...at(1), data: [] },
        markArea: {
          ...{ silent: true, itemStyle: { color: look.warn, opacity: 0.9 } },
          data: stretchesOf(series, 'estimated').map(([from, to]) => [{ xAxis: from }, { xAxis: to }]),
        },
      },
      {
        ...{ ...line, ...at(2), data: against(token?.value ?? []), areaStyle: { opacity: 0.1 } },
        ...{ color: look.accent, lineStyle: { width: 1.5 } },
      },
      {
        ...{ ...line, ...at(3), data: against(token?.quantity ?? []), step: 'end' as const },
        ...{ color: look.soft, lineStyle: { width: 1.5 } },
      },
    ],
  }
}
