import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { assetPath } from '../../shell/routes.ts'
import { Button } from '../../ui/Button.tsx'
import { Quantity } from '../../ui/Figure.tsx'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { shortAddress } from '../../format/address.ts'
import styles from './Data.module.css'

type Flow = Answer<'GET /gaps'>['unexplained'][number]

/** Differences between balances and flows; of one wallet where the address of the page names it. */
export function Unexplained({
  query,
  flows,
}: {
  readonly query: PanelQuery
  readonly flows: readonly Flow[]
}) {
  const { params, change } = usePlace()
  const { zone } = useSettings()
  const wallet = params.get('wallet')
  const rows = wallet === null ? flows : flows.filter((flow) => isOf(flow, wallet))
  return (
    <Panel
      title="Balances that no flow explains"
      query={query}
      height="80px"
      flush
      partial={
        wallet === null ? null : (
          <>
            <span className="small">
              Only of <code title={wallet}>{shortAddress(wallet)}</code>
            </span>
            <Button onClick={() => change({ wallet: null })}>Show all</Button>
          </>
        )
      }
    >
      <Table
        caption="Balances that no flow explains"
        columns={columnsOf(zone)}
        rows={rows}
        keyOf={({ id }) => id}
        sort={{ id: 'time', desc: true }}
        maxHeight="420px"
        empty="Every balance is the sum of its flows."
      />
    </Panel>
  )
}

const isOf = ({ wallet }: Flow, wanted: string): boolean => wallet.toLowerCase() === wanted.toLowerCase()

function columnsOf(zone: string | null): readonly Column<Flow>[] {
  return [
    {
      ...{ id: 'asset', header: 'Asset', value: ({ asset }) => asset, isName: true },
      cell: ({ asset }) => <Link href={assetPath(asset)}>{asset}</Link>,
    },
    {
      ...{ id: 'time', header: 'Found', value: ({ time: at }) => at },
      cell: ({ time: at }) => (
        <time className="num" dateTime={at}>
          {time(at, zone)}
        </time>
      ),
    },
    {
      ...{ id: 'quantity', header: 'Difference', value: ({ quantity }) => quantity, align: 'right' },
      cell: ({ quantity }) => <Quantity value={quantity} signed />,
    },
    {
      ...{ id: 'wallet', header: 'Wallet', value: ({ wallet }) => wallet },
      cell: ({ wallet }) => <span title={wallet}>{shortAddress(wallet)}</span>,
    },
    { ...{ id: 'chain', header: 'Chain', value: ({ chain }) => chain }, cell: ({ chain }) => chain ?? '' },
    {
      ...{ id: 'note', header: 'What is known' },
      cell: ({ note }) => <span className={styles.words}>{note}</span>,
    },
  ]
}
