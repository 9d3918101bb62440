import type { EChartsOption } from 'echarts'
import type { ChartLook } from './look.ts'

/** From this many points on nothing moves by itself. */
const MOST_ANIMATED = 2_000

/** What every chart has, below what it asks for itself. Tooltips are drawn, never HTML: names in them are a stranger's. */
export function withDefaults(
  option: EChartsOption,
  look: ChartLook,
  how: { readonly description: string; readonly points: number; readonly decal: boolean },
): EChartsOption {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  const tooltip = Array.isArray(option.tooltip) ? option.tooltip[0] : option.tooltip
  return {
    ...option,
    animation: !calm && how.points <= MOST_ANIMATED,
    animationDuration: 250,
    color: [...look.series],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.text },
    aria: { enabled: true, label: { description: how.description }, decal: { show: how.decal } },
    tooltip: {
      ...{ confine: true, backgroundColor: look.raised, borderColor: look.line, borderWidth: 1 },
      textStyle: { color: look.text, fontSize: 13 },
      ...tooltip,
      renderMode: 'richText',
    },
  }
}

/** Axes that stay behind what they measure: give them to `xAxis` and `yAxis` with what differs. */
export function timeAxis(look: ChartLook) {
  return {
    type: 'time',
    axisLine: { lineStyle: { color: look.line } },
    axisTick: { show: false },
    axisLabel: { color: look.soft, hideOverlap: true },
    splitLine: { show: false },
    axisPointer: { label: { show: false }, lineStyle: { color: look.soft } },
  } as const
}

export function amountAxis(look: ChartLook, format: (value: number) => string) {
  return {
    type: 'value',
    scale: true,
    axisLabel: { color: look.soft, formatter: format },
    splitLine: { lineStyle: { color: look.line } },
  } as const
}
