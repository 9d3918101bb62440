import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { stamp } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Money, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { disposalsOf } from './disposals.ts'
import { useLotSettings } from './settings.ts'

type Disposal = Answer<'GET /portfolio/lots'>['disposals'][number]

/** Each disposal of a year; opening one leads back to its rows. */
export function Disposals({ portfolio, year }: { readonly portfolio: string | null; readonly year: number }) {
  const { zone } = useSettings()
  const { method, scope } = useLotSettings()
  const { change } = usePlace()
  const answer = useApi(
    'GET /portfolio/lots',
    { query: { portfolio: portfolio ?? undefined, method, scope } },
    { enabled: portfolio !== null },
  )
  return (
    <Panel title={`Disposals of ${String(year)}`} query={answer} height="240px" flush>
      <Table
        caption={`Each disposal of ${String(year)}`}
        columns={columnsOf(zone)}
        rows={disposalsOf(answer.data?.disposals ?? [], year)}
        keyOf={({ key }) => key}
        sort={{ id: 'time', desc: true }}
        onOpen={({ flow }) => change({ trail: flow })}
        maxHeight="70vh"
        empty="Nothing was disposed of in this year."
      />
    </Panel>
  )
}

const NO_PRICE = 'no price is known'

function columnsOf(zone: string | null): readonly Column<Disposal & { readonly key: string }>[] {
  return [
    {
      ...{ id: 'time', header: 'Time', value: ({ time }) => time, isName: true, width: '160px' },
      cell: ({ time }) => <span className="num">{stamp(time, zone)}</span>,
    },
    { id: 'kind', header: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => kind },
    { id: 'asset', header: 'Asset', value: ({ asset }) => asset, cell: ({ asset }) => asset },
    {
      ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
      cell: ({ quantity }) => <Quantity value={quantity} />,
    },
    {
      ...{ id: 'proceeds', header: 'Proceeds', value: ({ proceeds }) => proceeds, align: 'right' },
      cell: ({ proceeds }) => <Money value={proceeds} kind="paid" reason={NO_PRICE} />,
    },
    {
      ...{ id: 'cost', header: 'Cost', value: ({ cost }) => cost, align: 'right' },
      cell: ({ cost }) => <Money value={cost} kind="paid" reason={NO_PRICE} />,
    },
    {
      ...{ id: 'gain', header: 'Gain', value: ({ gain }) => gain, align: 'right' },
      cell: ({ gain }) => <Money value={gain} kind="pnl" arrow={false} reason={NO_PRICE} />,
    },
    {
      ...{ id: 'term', header: 'Term' },
      cell: ({ parts }) => [...new Set(parts.map(({ term }) => term))].join(', '),
    },
    {
      ...{ id: 'proof', header: 'Cost basis' },
      cell: ({ undocumented }) =>
        undocumented === '0' ? '✓ documented' : <Badge tone="warn">! missing for a part</Badge>,
    },
  ]
}
