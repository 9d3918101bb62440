import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Money, Price, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import styles from './Asset.module.css'

type Report = Answer<'GET /portfolio/lots'>
type Lot = Report['lots'][number]

/** A field of a document that has a contract of its own (docs/lots-json.md). */
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** What is held of it, by when it came, and at what cost. */
export function Lots({
  portfolio,
  asset,
}: {
  readonly portfolio: string | undefined
  readonly asset: string
}) {
  const query = useApi('GET /portfolio/lots', { query: { portfolio, assets: asset, open: 'true' } })
  const { data } = query
  const { zone } = useSettings()
  const columns: readonly Column<Lot>[] = [
    {
      ...{ id: 'opened', header: 'Since', value: ({ opened }) => text(opened), isName: true, width: '13rem' },
      cell: ({ opened }) => <span className="num">{time(text(opened) ?? '', zone)}</span>,
    },
    {
      ...{ id: 'remaining', header: 'Left', value: ({ remaining }) => remaining, align: 'right' },
      cell: ({ remaining }) => <Quantity value={remaining} aligned />,
    },
    {
      ...{ id: 'quantity', header: 'Of', value: ({ quantity }) => text(quantity), align: 'right' },
      cell: ({ quantity }) => <Quantity value={text(quantity)} aligned />,
    },
    {
      ...{ id: 'unit', header: 'Cost of one', value: ({ unitCost }) => text(unitCost), align: 'right' },
      cell: ({ unitCost }) => <Price value={text(unitCost)} reason={UNDOCUMENTED} plain />,
    },
    {
      ...{ id: 'cost', header: 'Cost', value: ({ remainingCost }) => text(remainingCost), align: 'right' },
      cell: ({ remainingCost }) => <Money value={text(remainingCost)} reason={UNDOCUMENTED} />,
    },
  ]
  return (
    <Panel title="Open lots" query={query} asOf={data?.asOf} height="220px" flush>
      <Table
        caption="Lots that are open"
        columns={columns}
        rows={data?.lots ?? []}
        keyOf={({ id }) => id}
        sort={{ id: 'opened', desc: true }}
        maxHeight="420px"
        empty="No lot is open."
      />
      {data?.assets[0] === undefined ? null : <Sums row={data.assets[0]} method={data.method} />}
    </Panel>
  )
}

const UNDOCUMENTED = 'nothing says what it cost'

function Sums({ row, method }: { readonly row: Report['assets'][number]; readonly method: string }) {
  const sums = [
    ['Cost', row['cost'], 'balance'],
    ['Unrealised', row['unrealised'], 'pnl'],
    ['Realised', row['realised'], 'pnl'],
    ['Income', row['income'], 'pnl'],
  ] as const
  return (
    <dl className={`small ${styles.facts ?? ''} ${styles.note ?? ''}`}>
      {sums.map(([name, value, kind]) => (
        <div key={name}>
          <dt className="soft">{name}</dt>
          <dd>
            <Money value={text(value)} kind={kind} arrow={false} reason="a part has no known cost or price" />
          </dd>
        </div>
      ))}
      <div>
        <dt className="soft">Method</dt>
        <dd>{method}</dd>
      </div>
    </dl>
  )
}
