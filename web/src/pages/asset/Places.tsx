import { Money, Quantity } from '../../ui/Figure.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { shortId } from '../overview/parts.ts'
import type { Page } from './parts.ts'

type Row = Page['holdings'][number]

const COLUMNS: readonly Column<Row>[] = [
  {
    ...{ id: 'wallet', header: 'Wallet', value: ({ label, wallet }) => label ?? wallet, isName: true },
    cell: ({ label, wallet }) => <bdi title={wallet}>{label ?? shortId(wallet)}</bdi>,
  },
  {
    ...{ id: 'chain', header: 'Chain', value: ({ chain }) => chain },
    cell: ({ chain }) => (chain === '' ? <span className="soft">by hand</span> : chain),
  },
  {
    ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
    cell: ({ quantity }) => <Quantity value={quantity} aligned />,
  },
  {
    ...{ id: 'value', header: 'Value', value: ({ value }) => value, align: 'right' },
    cell: ({ value, quality }) => <Money value={value} quality={quality} />,
  },
]

/** Where it lies. */
export function Places({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <Table
      caption="Wallets that hold it"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ wallet, chain }) => `${wallet} ${chain}`}
      sort={{ id: 'value', desc: true }}
      empty="None is held at the end of this range."
    />
  )
}
