import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Price, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { shortId } from '../overview/parts.ts'
import styles from './Asset.module.css'

type Flow = Answer<'GET /portfolio/flows'>['rows'][number]

const MOST = 200

/** What came in and went out, the newest first. */
export function Flows({
  portfolio,
  asset,
}: {
  readonly portfolio: string | undefined
  readonly asset: string
}) {
  const query = useApi('GET /portfolio/flows', { query: { portfolio, assets: asset, limit: MOST } })
  const { data } = query
  const { zone } = useSettings()
  const columns: readonly Column<Flow>[] = [
    {
      ...{ id: 'time', header: 'Time', value: (flow) => flow.time, isName: true, width: '13rem' },
      cell: (flow) => <span className="num">{time(flow.time, zone)}</span>,
    },
    { ...{ id: 'kind', header: 'Kind', value: ({ kind }) => kind }, cell: ({ kind }) => kind },
    {
      ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
      cell: ({ quantity }) => <Quantity value={quantity} signed aligned />,
    },
    {
      ...{ id: 'price', header: 'At', value: ({ unitPrice }) => unitPrice, align: 'right' },
      cell: ({ unitPrice, priceCurrency }) => (
        <Price
          value={unitPrice}
          reason="no price of its own: that of its hour counts"
          {...(priceCurrency === null ? {} : { currency: priceCurrency })}
          plain
        />
      ),
    },
    {
      ...{ id: 'wallet', header: 'Wallet', value: ({ wallet }) => wallet },
      cell: ({ wallet, chain }) => (
        <bdi>
          {shortId(wallet)}
          {chain === null ? '' : ` · ${chain}`}
        </bdi>
      ),
    },
    { ...{ id: 'source', header: 'From', value: ({ source }) => source }, cell: ({ source }) => source },
  ]
  const more = (data?.total ?? 0) - (data?.rows.length ?? 0)
  return (
    <Panel title="Flows" query={query} asOf={data?.asOf} height="220px" flush>
      <Table
        caption="What came in and went out"
        columns={columns}
        rows={data?.rows ?? []}
        keyOf={({ id }) => id}
        sort={{ id: 'time', desc: true }}
        maxHeight="420px"
        empty="Nothing came in or went out."
      />
      {more > 0 ? (
        <p className={`small soft ${styles.note ?? ''}`}>
          The newest {String(MOST)}; {String(more)} more are under <Link href="/lots">Trades and lots</Link>.
        </p>
      ) : null}
    </Panel>
  )
}
