import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { pixels } from '../../format/decimal.ts'
import { assetPath } from '../../shell/routes.ts'
import { Bar } from '../../ui/Bar.tsx'
import { Change, Money } from '../../ui/Figure.tsx'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { shortId } from './parts.ts'
import styles from './Lists.module.css'

type Dashboard = Answer<'GET /portfolio/dashboard'>

const PARTS = [
  ['price', 'Prices'],
  ['trading', 'Trading'],
  ['income', 'Income'],
  ['fees', 'Fees and gas'],
  ['loss', 'Losses'],
  ['residual', 'Rounding'],
] as const

/** What moved the total: each asset by what it did to it, and why, which both sum to the change. */
export function Movers({
  query,
  data,
  words,
}: {
  readonly query: PanelQuery
  readonly data: Dashboard | undefined
  readonly words: string
}) {
  return (
    <Panel title="What moved it" query={query} asOf={data?.asOf} height="330px">
      {data === undefined ? null : data.movers.length === 0 ? (
        <p className="soft">Nothing was made or lost {words}.</p>
      ) : (
        <>
          <MoverTable movers={data.movers} />
          <Why data={data} />
        </>
      )}
    </Panel>
  )
}

function MoverTable({ movers }: { readonly movers: Dashboard['movers'] }) {
  const most = Math.max(...movers.map(({ pnl }) => Math.abs(pixels(pnl) ?? 0)), Number.MIN_VALUE)
  return (
    <table className={styles.list}>
      <caption className="hidden">Assets by what they did to the total</caption>
      <thead className="hidden">
        <tr>
          <th scope="col">Asset</th>
          <th scope="col">PnL</th>
          <th scope="col">Of the asset</th>
        </tr>
      </thead>
      <tbody>
        {movers.map(({ asset, symbol, pnl, fraction }) => (
          <tr key={asset}>
            <th scope="row">
              <bdi className={styles.name}>
                <Link href={assetPath(asset)}>{shortId(symbol)}</Link>
              </bdi>
              <Bar
                size={Math.abs(pixels(pnl) ?? 0) / most}
                direction={pnl?.startsWith('-') === true ? 'down' : 'up'}
              />
            </th>
            <td>
              <Money value={pnl} kind="pnl" arrow={false} />
            </td>
            <td>
              <Change value={fraction} reason="nothing was put in" arrow={false} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Why({ data: { attribution } }: { readonly data: Dashboard }) {
  const parts = PARTS.filter(([part]) => attribution[part] !== '0' && attribution[part] !== null)
  if (parts.length === 0) return null
  return (
    <dl className={`small ${styles.why ?? ''}`}>
      {parts.map(([part, name]) => (
        <div key={part}>
          <dt className="soft">{name}</dt>
          <dd>
            <Money value={attribution[part]} kind="pnl" arrow={false} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
