import type { EChartsOption } from 'echarts'
import type { Answer } from '../../api/types.ts'
import { amountAxis, timeAxis } from '../../charts/defaults.ts'
import type { ChartLook } from '../../charts/look.ts'
import { linesOf, middleOf, nearest, stretchesOf } from '../../charts/points.ts'
import { pixels } from '../../format/decimal.ts'
import { ratio } from '../../format/percent.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>

export type ValueChartInput = Pick<Dashboard, 'history' | 'bars'> & {
  readonly look: ChartLook
  /** Of an axis: amounts, or nothing of them where they are hidden. */
  readonly axis: (value: number) => string
  /** What is said of the point that is nearest to a time. */
  readonly words: (point: number) => string
}

/** As they are drawn: amounts, or where those are hidden the parts of the first that they are. */
function valuesOf({ value, index }: Dashboard['history']): readonly (string | null)[] {
  return index?.map((part) => (part === null ? null : part.toFixed(6))) ?? value
}

const LEFT = 58
/** Where value, marks of what is estimated, and bars stand, in pixels from the top. */
const PLACES = [
  { top: 12, height: 210 },
  { top: 224, height: 5 },
  { top: 242, height: 84 },
] as const
/** Without bars the last is what time stands below. */
const PLACES_WITHOUT_BARS = [
  { top: 12, height: 296 },
  { top: 310, height: 5 },
  { top: 320, height: 6 },
] as const

/** The value above, what was made below, under one crosshair. Where amounts are hidden, the value is told in parts of the first. */
export function valueChart({ history, bars, look, axis, words }: ValueChartInput): EChartsOption {
  const hides = history.index !== undefined
  const { all, sure, unsure } = linesOf({ ...history, value: valuesOf(history) })
  const places = hides ? PLACES_WITHOUT_BARS : PLACES
  const times = all.map(([at]) => at)
  const middles = bars.time.map((time) => middleOf(time, bars.span))
  const ends = { min: times[0] ?? 0, max: times.at(-1) ?? 0 }
  const line = {
    type: 'line' as const,
    showSymbol: false,
    connectNulls: false,
    silent: true,
    color: look.accent,
  }
  return {
    grid: places.map((place) => ({ ...place, left: LEFT, right: 14, outerBoundsMode: 'none' as const })),
    xAxis: places.map((_, gridIndex) => ({
      ...timeAxis(look),
      ...{ gridIndex, ...ends },
      ...(gridIndex === 2 ? {} : { axisLabel: { show: false }, axisLine: { show: false } }),
    })),
    yAxis: [
      { ...amountAxis(look, hides ? (value) => ratio(value, 1) : axis), gridIndex: 0, splitNumber: 4 },
      { type: 'value', gridIndex: 1, show: false, min: 0, max: 1 },
      { ...amountAxis(look, axis), gridIndex: 2, scale: false, splitNumber: 2, show: !hides },
    ],
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: {
      trigger: 'axis',
      formatter: (at: unknown) => {
        const time = Number((at as { axisValue?: number }[])[0]?.axisValue ?? NaN)
        return words(nearest(times, time))
      },
    },
    dataZoom: [
      {
        ...{ type: 'inside', xAxisIndex: [0, 1, 2], filterMode: 'none' },
        ...{ zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, preventDefaultMouseMove: false },
      },
    ],
    series: [
      { ...line, data: all as never, lineStyle: { opacity: 0 }, areaStyle: { opacity: 0.1 } },
      { ...line, data: sure as never, lineStyle: { width: 2 } },
      {
        ...line,
        data: unsure as never,
        lineStyle: { width: 2, type: 'dashed' },
      },
      {
        ...{ type: 'line', xAxisIndex: 1, yAxisIndex: 1, data: [], silent: true },
        markArea: {
          ...{ silent: true, itemStyle: { color: look.warn, opacity: 0.9 } },
          data: stretchesOf(history, 'estimated').map(([from, to]) => [{ xAxis: from }, { xAxis: to }]),
        },
      },
      {
        ...{ type: 'bar', xAxisIndex: 2, yAxisIndex: 2, barCategoryGap: '15%', barMaxWidth: 24 },
        ...{ barMinHeight: 1, silent: true },
        data: bars.pnl.map((pnl, index) => ({
          value: [middles[index] ?? 0, pixels(pnl)] as [number, number | null],
          itemStyle: { color: pnl?.startsWith('-') === true ? look.down : look.up },
        })) as never,
      },
    ],
  }
}
