import { useApi } from '../../api/use-api.ts'
import { DemoButton } from '../../shell/DemoButton.tsx'
import { usePortfolio } from '../../shell/portfolio.ts'
import { useRange } from '../../shell/range.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { Allocation } from './Allocation.tsx'
import { Export } from './Export.tsx'
import { Holdings } from './Holdings.tsx'
import { Movers } from './Movers.tsx'
import { Pipeline } from './Pipeline.tsx'
import { Total } from './Total.tsx'
import styles from './Overview.module.css'
import { ValueChart } from './ValueChart.tsx'

/** The first screen, from one answer. */
export function Overview() {
  const { name } = usePortfolio()
  const portfolio = name ?? undefined
  const { query: range, words } = useRange()
  const dashboard = useApi(
    'GET /portfolio/dashboard',
    { query: { portfolio, ...range } },
    { enabled: name !== null },
  )
  const { data } = dashboard
  const asOf = data?.change.to
  if (data !== undefined && isEmpty(data)) return <EmptyState action={<DemoButton />} />
  return (
    <>
      <h1 className="hidden">Overview</h1>
      <div className="stack">
        <Panel title="Total" query={dashboard} asOf={asOf} height="580px" actions={<RangePicker />}>
          {data === undefined ? null : (
            <>
              <Total data={data} words={words} />
              <ValueChart data={data} />
            </>
          )}
        </Panel>
        <Pipeline health={data?.health} />
        <div className={styles.pair}>
          <Allocation query={dashboard} allocation={data?.allocation} asOf={asOf} />
          <Movers query={dashboard} data={data} words={words} />
        </div>
        <Holdings query={dashboard} holdings={data?.holdings} asOf={asOf} />
        {data === undefined ? null : (
          <div className="row noprint">
            <span className="small soft">This range as a file</span>
            <Export query={{ portfolio, what: 'pnl', from: data.change.from, to: data.change.to }} />
          </div>
        )}
      </div>
    </>
  )
}

/** Nothing is held, and nothing was. */
function isEmpty({
  holdings,
  history,
}: {
  holdings: readonly unknown[]
  history: { value: readonly (string | null)[] }
}): boolean {
  return holdings.length === 0 && history.value.every((value) => value === null || value === '0')
}
