// The only place that loads ECharts, and only its parts that are used; Chart.tsx loads it when a chart is there.
import { BarChart, LineChart } from 'echarts/charts'
import {
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components'
import { connect, init, use as take, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

take([BarChart, LineChart, CanvasRenderer])
take([AriaComponent, DatasetComponent, DataZoomComponent, GridComponent, LegendComponent])
take([MarkAreaComponent, MarkLineComponent, TooltipComponent])

/** Charts of one group move their crosshair and zoom together. */
export function openChart(place: HTMLElement, group: string | null): ECharts {
  const chart = init(place, null, { renderer: 'canvas' })
  if (group !== null) {
    chart.group = group
    connect(group)
  }
  return chart
}
export type { ECharts }
