import type { EChartsOption } from 'echarts'
import { amountAxis, timeAxis } from '../../charts/defaults.ts'
import type { ChartLook } from '../../charts/look.ts'
import { middleOf, nearest } from '../../charts/points.ts'
import { waterfall } from '../../charts/waterfall.ts'
import { pixels } from '../../format/decimal.ts'
import { partsIn, type Page, type PartKey, type Token, type PARTS } from './parts.ts'

type Part = (typeof PARTS)[number]
type Axis = (value: number) => string
const GRID = { left: 62, right: 14, top: 14, bottom: 30, outerBoundsMode: 'none' as const }

/** From nothing to the PnL, step by step. */
export function waterfallChart(
  token: Token,
  parts: readonly Part[],
  { look, axis, words }: { look: ChartLook; axis: Axis; words: (index: number) => string },
): EChartsOption {
  const steps = parts.map(({ key }) => pixels(token.attribution[key]) ?? 0)
  const bars = waterfall(steps)
  const whole = steps.reduce((sum, step) => sum + step, 0)
  const colour = (index: number): string => ((steps[index] ?? whole) < 0 ? look.down : look.up)
  const pieces = (values: readonly number[]) =>
    values.map((value, index) => ({ value, itemStyle: { color: colour(index) } }))
  const bar = { type: 'bar' as const, stack: 'steps', barMaxWidth: 56 }
  return {
    grid: GRID,
    xAxis: {
      ...{ type: 'category', data: [...parts.map(({ name }) => name), 'PnL'] },
      axisLabel: { color: look.soft, interval: 0, hideOverlap: true },
      ...{ axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } } },
    },
    yAxis: { ...amountAxis(look, axis), scale: false, splitNumber: 4 },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      formatter: (shown: unknown) => words((shown as { dataIndex: number }[])[0]?.dataIndex ?? 0),
    },
    series: [
      { ...bar, data: [...bars.base], itemStyle: { opacity: 0 }, silent: true },
      { ...bar, data: pieces(bars.above) },
      { ...bar, data: pieces(bars.below) },
    ],
  }
}

/** Patterns besides colours: parts that lie on each other are told apart by either. */
const PATTERNS: Readonly<Partial<Record<PartKey, object>>> = {
  trading: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4 },
  income: { symbol: 'circle', symbolSize: 0.6, dashArrayX: [4, 4], dashArrayY: [4, 4] },
  fees: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4 },
  loss: { symbol: 'rect', dashArrayX: [2, 4], dashArrayY: [1, 0] },
}

/** The parts of each stretch on each other; what was lost below the line. */
export function partsChart(
  hourly: NonNullable<Page['hourly']>,
  { look, axis, words }: { look: ChartLook; axis: Axis; words: (index: number) => string },
): EChartsOption {
  const middles = hourly.time.map((end) => middleOf(end, hourly.span))
  const half = (hourly.span * 3_600_000) / 2
  return {
    grid: GRID,
    xAxis: { ...timeAxis(look), min: (middles[0] ?? 0) - half, max: (middles.at(-1) ?? 0) + half },
    yAxis: { ...amountAxis(look, axis), scale: false, splitNumber: 4 },
    tooltip: {
      trigger: 'axis',
      formatter: (shown: unknown) =>
        words(nearest(middles, Number((shown as { axisValue?: number }[])[0]?.axisValue ?? NaN))),
    },
    series: partsIn(hourly).map(({ key, name }, place) => ({
      ...{ type: 'bar' as const, name, stack: 'parts', barCategoryGap: '15%', barMaxWidth: 24 },
      itemStyle: {
        color: look.series[place] ?? look.soft,
        ...(PATTERNS[key] === undefined ? {} : { decal: { color: look.panel, ...PATTERNS[key] } }),
      },
      data: hourly[key].map((made, index) => [middles[index] ?? 0, pixels(made)]) as never,
    })),
  }
}
