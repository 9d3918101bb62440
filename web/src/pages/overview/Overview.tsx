import { useCallback } from 'react'
import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { Chart } from '../../charts/Chart.tsx'
import { amountAxis, timeAxis } from '../../charts/defaults.ts'
import type { ChartLook } from '../../charts/look.ts'
import { pixels } from '../../format/decimal.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { useRange } from '../../shell/range.ts'
import { assetPath } from '../../shell/routes.ts'
import { CoverageBadge } from '../../ui/CoverageBadge.tsx'
import { Change, Money, Price, Quantity, useAmountText } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { Table, type Column } from '../../ui/Table.tsx'

type Dashboard = Answer<'GET /portfolio/dashboard'>
type Holding = Dashboard['holdings'][number]

const COLUMNS: readonly Column<Holding>[] = [
  {
    ...{ id: 'asset', header: 'Asset', value: ({ symbol }) => symbol, isName: true },
    cell: ({ asset, symbol }) => <Link href={assetPath(asset)}>{symbol}</Link>,
  },
  {
    ...{ id: 'quantity', header: 'Amount', value: ({ quantity }) => quantity, align: 'right' },
    cell: ({ quantity }) => <Quantity value={quantity} aligned />,
  },
  {
    ...{ id: 'price', header: 'Price', value: ({ mark }) => mark, align: 'right' },
    cell: ({ mark, quality }) => <Price value={mark} quality={quality} plain />,
  },
  {
    ...{ id: 'value', header: 'Value', value: ({ value }) => value, align: 'right' },
    cell: ({ value, quality }) => <Money value={value} quality={quality} />,
  },
]

/** The first screen. */
export function Overview() {
  const { name } = usePortfolio()
  const { query, words } = useRange()
  const dashboard = useApi(
    'GET /portfolio/dashboard',
    { query: { portfolio: name ?? undefined, ...('range' in query ? query : {}) } },
    { enabled: name !== null },
  )
  const { data } = dashboard
  return (
    <>
      <h1 className="hidden">Overview</h1>
      <Panel title="Total" query={dashboard} asOf={data?.asOf} height="420px" actions={<RangePicker />}>
        {data === undefined ? null : (
          <>
            <div className="row">
              <strong>
                <Money value={data.total.value} quality={data.total.quality} compact />
              </strong>
              <Money value={data.change.pnl} kind="pnl" /> <Change value={data.change.fraction} /> {words}
              <CoverageBadge total={data.total} />
            </div>
            <ValueChart history={data.history} />
          </>
        )}
      </Panel>
      <Panel title="Holdings" query={dashboard} height="300px" flush>
        <Table
          caption="Holdings"
          columns={COLUMNS}
          rows={data?.holdings ?? []}
          keyOf={({ asset, wallet, chain }) => `${asset} ${wallet} ${chain}`}
          sort={{ id: 'value', desc: true }}
        />
      </Panel>
    </>
  )
}

function ValueChart({ history }: { readonly history: Dashboard['history'] }) {
  const amount = useAmountText()
  const { zone } = useSettings()
  const words = (index: number): string =>
    `${time(history.time[index] ?? '', zone)}: ${amount(history.value[index] ?? null)}`
  const option = useCallback(
    (look: ChartLook) => ({
      grid: { left: 70, right: 12, top: 12, bottom: 28 },
      xAxis: timeAxis(look),
      yAxis: amountAxis(look, (value) => amount(String(value), 'balance', true)),
      tooltip: {
        trigger: 'axis' as const,
        formatter: (at: unknown) => {
          const index = (at as { dataIndex: number }[])[0]?.dataIndex ?? 0
          return `${time(history.time[index] ?? '', zone)}\n${amount(history.value[index] ?? null)}`
        },
      },
      series: [
        {
          ...{ type: 'line' as const, showSymbol: false, connectNulls: false, areaStyle: { opacity: 0.12 } },
          data: history.time.map((at, index) => [at, pixels(history.value[index])]),
        },
      ],
    }),
    [history, zone, amount],
  )
  return (
    <Chart
      title="Value"
      description="The value of the portfolio by hour."
      height={300}
      option={option}
      points={history.time.length}
      readout={words}
      table={{
        head: ['Time', 'Value'],
        rows: () => history.time.map((at, index) => [time(at, zone), amount(history.value[index] ?? null)]),
      }}
    />
  )
}
