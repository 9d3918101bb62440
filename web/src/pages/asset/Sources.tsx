import type { EChartsOption } from 'echarts'
import { useCallback } from 'react'
import { useAxisText } from '../../charts/axis-text.ts'
import { Chart } from '../../charts/Chart.tsx'
import { amountAxis, timeAxis } from '../../charts/defaults.ts'
import type { ChartLook } from '../../charts/look.ts'
import { pixels } from '../../format/decimal.ts'
import { price } from '../../format/price.ts'
import { MISSING } from '../../format/number.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { useCurrency } from '../../shell/currency.ts'
import { Change, Price } from '../../ui/Figure.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { sourceRows, type Page, type SourceRow } from './parts.ts'
import { Legend } from './Why.tsx'

const LINES = ['solid', 'dashed', 'dotted'] as const

/** What each source says the price was, side by side. */
export function Sources({ page }: { readonly page: Page }) {
  const rows = sourceRows(page)
  const { zone } = useSettings()
  const columns: readonly Column<SourceRow>[] = [
    {
      ...{ id: 'provider', header: 'Source', value: ({ provider }) => provider, isName: true },
      cell: ({ provider }) => <bdi>{provider}</bdi>,
    },
    {
      ...{ id: 'price', header: 'Newest price', align: 'right', value: (row) => row.price },
      cell: (row) => <Price value={row.price} plain />,
    },
    {
      ...{ id: 'time', header: 'Of the hour', value: (row) => row.time },
      cell: (row) => (
        <span className="num">{row.time === null ? MISSING : time(row.time, zone, 'hour')}</span>
      ),
    },
    {
      ...{ id: 'difference', header: 'Off by', align: 'right' },
      value: ({ difference }) => difference,
      cell: ({ difference }) => (
        <Change value={difference} reason="no price counts at that hour" arrow={false} />
      ),
    },
  ]
  return (
    <>
      {rows.length > 1 ? <SourceChart page={page} /> : null}
      <Table
        caption="The newest price of each source"
        columns={columns}
        rows={rows}
        keyOf={({ provider }) => provider}
        empty="No source gave a price in this range."
      />
    </>
  )
}

function SourceChart({ page: { sources, symbol } }: { readonly page: Page }) {
  const axis = useAxisText('price')
  const { zone, currencyName: name } = useSettings()
  const currency = useCurrency()
  const text = useCallback(
    (value: string | null) => (value === null ? MISSING : price(value, { currency, name, plain: true }).text),
    [currency, name],
  )
  const option = useCallback(
    (look: ChartLook): EChartsOption => ({
      grid: { left: 62, right: 14, top: 14, bottom: 30, outerBoundsMode: 'none' },
      xAxis: timeAxis(look),
      yAxis: amountAxis(look, axis),
      tooltip: {
        trigger: 'axis',
        formatter: (shown: unknown) => {
          const parts = shown as { seriesIndex: number; dataIndex: number; axisValue: number }[]
          const lines = parts.map(({ seriesIndex, dataIndex }) => {
            const source = sources[seriesIndex]
            return `${source?.provider ?? ''} ${text(source?.price[dataIndex] ?? null)}`
          })
          return [time(parts[0]?.axisValue ?? 0, zone), ...lines].join('\n')
        },
      },
      series: sources.map(({ provider, time: at, price: prices }, place) => ({
        ...{ type: 'line' as const, name: provider, showSymbol: false, connectNulls: false },
        lineStyle: { width: 1.5, type: LINES[place % LINES.length] ?? 'solid' },
        color: look.series[place % look.series.length] ?? look.soft,
        data: at.map((each, index) => [Date.parse(each), pixels(prices[index])]) as never,
      })),
    }),
    [sources, axis, text, zone],
  )
  return (
    <>
      <Chart
        title="Prices by source"
        description={`The price of ${symbol} by source and hour.`}
        height={220}
        option={option}
        table={{
          head: ['Source and hour', 'Price'],
          rows: () =>
            sources.flatMap(({ provider, time: at, price: prices }) =>
              at.map((each, index) => [`${provider}, ${time(each, zone)}`, text(prices[index] ?? null)]),
            ),
        }}
      />
      <Legend names={sources.map(({ provider }) => provider)} />
    </>
  )
}
