import { useState } from 'react'
import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { stamp } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { assetPath } from '../../shell/routes.ts'
import { Choice } from '../../ui/Choice.tsx'
import { Money, Price, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { Problems } from './Problems.tsx'
import { useLotSettings } from './settings.ts'
import { Short } from './Trades.tsx'

type Lot = Answer<'GET /portfolio/lots'>['lots'][number]
const STATES = [
  { key: 'open', label: 'open' },
  { key: 'closed', label: 'closed' },
  { key: 'all', label: 'all' },
] as const

/** What was acquired and when, and what is left of it. */
export function OpenLots({ portfolio }: { readonly portfolio: string | null }) {
  const { zone } = useSettings()
  const { method, scope } = useLotSettings()
  const { change } = usePlace()
  const [state, setState] = useState<(typeof STATES)[number]['key']>('open')
  const answer = useApi(
    'GET /portfolio/lots',
    { query: { portfolio: portfolio ?? undefined, method, scope } },
    { enabled: portfolio !== null },
  )
  const rows = (answer.data?.lots ?? []).filter(
    ({ remaining }) => state === 'all' || (remaining === '0') === (state === 'closed'),
  )
  return (
    <>
      <Panel
        title="Lots"
        query={answer}
        asOf={answer.data?.asOf}
        height="320px"
        flush
        actions={<Choice label="Which lots" options={STATES} value={state} onChange={setState} />}
      >
        <Table
          caption={`Lots, ${state}`}
          columns={columnsOf(zone)}
          rows={rows}
          keyOf={({ id }) => id}
          sort={{ id: 'opened', desc: true }}
          onOpen={({ id }) => change({ trail: id })}
          maxHeight="70vh"
          empty={`No lot is ${state === 'all' ? 'there' : state}.`}
        />
      </Panel>
      <Problems problems={answer.data?.problems ?? []} />
    </>
  )
}

function columnsOf(zone: string | null): readonly Column<Lot>[] {
  return [
    {
      ...{ id: 'opened', header: 'Acquired', value: ({ opened }) => opened, isName: true, width: '160px' },
      cell: ({ opened }) => <span className="num">{stamp(opened, zone)}</span>,
    },
    {
      ...{ id: 'asset', header: 'Asset', value: ({ asset }) => asset },
      cell: ({ asset }) => <Link href={assetPath(asset)}>{asset}</Link>,
    },
    {
      ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
      cell: ({ quantity }) => <Quantity value={quantity} />,
    },
    {
      ...{ id: 'remaining', header: 'Left of it', value: ({ remaining }) => remaining, align: 'right' },
      cell: ({ remaining }) => <Quantity value={remaining} />,
    },
    {
      ...{ id: 'unit', header: 'Unit cost', value: ({ unitCost }) => unitCost, align: 'right' },
      cell: ({ unitCost }) => <Price value={unitCost} plain own reason="its cost is not documented" />,
    },
    {
      ...{
        id: 'cost',
        header: 'Cost of what is left',
        value: ({ remainingCost }) => remainingCost,
        align: 'right',
      },
      cell: ({ remainingCost }) => (
        <Money value={remainingCost} kind="paid" reason="its cost is not documented" />
      ),
    },
    {
      ...{ id: 'wallet', header: 'Wallet', value: ({ wallet }) => wallet },
      cell: ({ wallet }) =>
        wallet === null ? <span className="small soft">all</span> : <Short text={wallet} />,
    },
    {
      id: 'source',
      header: 'From',
      value: ({ from }) => from.source,
      cell: ({ from }) => <Short text={from.source} />,
    },
  ]
}
