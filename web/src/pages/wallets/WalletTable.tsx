import { Link } from 'wouter'
import { age, time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Copy } from '../../ui/Copy.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { useNow } from '../../ui/use-now.ts'
import { shortAddress } from '../../format/address.ts'
import { lastRead, type Wallet } from './last-read.ts'
import styles from './Wallets.module.css'

/** Chains that are named before the others are only counted. */
const NAMED = 3

/** Every wallet, and what one can do with it where that is allowed. */
export function WalletTable({
  wallets,
  canChange,
  onEdit,
  onRemove,
}: {
  readonly wallets: readonly Wallet[]
  readonly canChange: boolean
  readonly onEdit: (wallet: Wallet) => void
  readonly onRemove: (wallet: Wallet) => void
}) {
  const actions: Column<Wallet> = {
    ...{ id: 'actions', header: <span className="hidden">Actions</span>, align: 'right' },
    cell: (wallet) => (
      <span className={styles.actions}>
        <Button label={`Change ${nameOf(wallet)}`} onClick={() => onEdit(wallet)}>
          Change
        </Button>
        <Button look="danger" label={`Remove ${nameOf(wallet)}`} onClick={() => onRemove(wallet)}>
          Remove
        </Button>
      </span>
    ),
  }
  return (
    <Table
      caption="Wallets"
      columns={canChange ? [...COLUMNS, actions] : COLUMNS}
      rows={wallets}
      keyOf={({ address }) => address}
      empty="No wallet yet."
    />
  )
}

const nameOf = ({ label, address }: Wallet): string => label ?? shortAddress(address)

const COLUMNS: readonly Column<Wallet>[] = [
  {
    ...{ id: 'wallet', header: 'Wallet', value: nameOf, isName: true },
    cell: (wallet) => (
      <span className={styles.name}>
        {wallet.label === null ? null : <span>{wallet.label}</span>}
        <span className={styles.address}>
          <code title={wallet.address}>{shortAddress(wallet.address)}</code>
          <Copy text={wallet.address} what={`the address of ${nameOf(wallet)}`} />
        </span>
      </span>
    ),
  },
  {
    ...{ id: 'chains', header: 'Chains', value: ({ chains }) => chains.length },
    cell: ({ chains }) => (
      <span title={chains.join(', ')}>
        {chains.slice(0, NAMED).join(', ')}
        {chains.length > NAMED ? ` and ${String(chains.length - NAMED)} more` : ''}
      </span>
    ),
  },
  {
    ...{ id: 'read', header: 'Last read', value: (wallet) => lastRead(wallet).at },
    cell: (wallet) => <LastReadCell wallet={wallet} />,
  },
  {
    ...{ id: 'unexplained', header: 'Does not add up', value: ({ unexplained }) => unexplained },
    cell: ({ address, unexplained }) =>
      unexplained === 0 ? (
        <span className="soft">everything does</span>
      ) : (
        <Link href={`/data?wallet=${encodeURIComponent(address)}`}>
          {unexplained === 1 ? '1 difference' : `${String(unexplained)} differences`}
        </Link>
      ),
  },
]

function LastReadCell({ wallet }: { readonly wallet: Wallet }) {
  const { zone } = useSettings()
  const now = useNow()
  const { at, never, failed } = lastRead(wallet)
  return (
    <span className={styles.read}>
      {at === null ? (
        <Badge tone="warn">not read yet</Badge>
      ) : (
        <time className="num" dateTime={at} title={time(at, zone)}>
          {age(at, now)}
        </time>
      )}
      {failed.length === 0 ? null : (
        <Badge tone="bad" title={failed.join(', ')}>
          ! failed on {failed.length === 1 ? failed[0] : `${String(failed.length)} chains`}
        </Badge>
      )}
      {never.length === 0 ? null : (
        <Badge tone="warn" title={never.join(', ')}>
          {never.length === 1 ? never[0] : `${String(never.length)} chains`} never
        </Badge>
      )}
    </span>
  )
}
