import { useState } from 'react'
import { useApi } from '../../api/use-api.ts'
import { useMay } from '../../api/use-me.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { AddWallets } from './AddWallets.tsx'
import { EditWallet } from './EditWallet.tsx'
import type { Wallet } from './last-read.ts'
import { RemoveWallet } from './RemoveWallet.tsx'
import { Shares } from './Shares.tsx'
import { WalletTable } from './WalletTable.tsx'

/** What is read, and who else may look at it. */
export function Wallets() {
  const { name } = usePortfolio()
  const mayChange = useMay('owner')
  const query = useApi(
    'GET /portfolio/wallets',
    { query: { portfolio: name ?? undefined } },
    { enabled: name !== null },
  )
  const [adding, setAdding] = useState(false)
  const [edited, setEdited] = useState<Wallet | null>(null)
  const [removed, setRemoved] = useState<Wallet | null>(null)
  const wallets = query.data?.wallets ?? []
  const inFile = query.data?.inFile === true
  const canChange = mayChange && !inFile
  const add = (
    <Button look="main" onClick={() => setAdding(true)}>
      Add wallets
    </Button>
  )
  const first = wallets.length === 0 ? <First action={canChange ? add : null} /> : undefined
  return (
    <>
      <h1 className="hidden">Wallets</h1>
      <Panel
        title="Wallets"
        {...(name === null ? {} : { query })}
        asOf={query.data?.asOf}
        height="130px"
        actions={canChange && wallets.length > 0 ? add : null}
        partial={inFile && mayChange ? <FileNotice /> : null}
        flush={first === undefined}
        empty={first}
      >
        <WalletTable {...{ wallets, canChange, onEdit: setEdited, onRemove: setRemoved }} />
      </Panel>
      {mayChange && name !== null ? <Shares portfolio={name} /> : null}
      <AddWallets
        open={adding}
        onClose={() => setAdding(false)}
        portfolio={name}
        known={wallets.map(({ address }) => address)}
      />
      <EditWallet wallet={edited} portfolio={name} onClose={() => setEdited(null)} />
      <RemoveWallet wallet={removed} portfolio={name} onClose={() => setRemoved(null)} />
    </>
  )
}

function FileNotice() {
  return (
    <p className="small">
      This portfolio is kept in a file of the server. Change it there, or with{' '}
      <code>tidemark wallets add</code>.
    </p>
  )
}

function First({ action }: { readonly action: React.ReactNode }) {
  return (
    <EmptyState
      title="No wallet yet"
      steps={[
        { title: 'Add the address of a wallet: it is only looked at, and no key is ever needed' },
        { title: 'The next run reads its balances and flows', command: 'tidemark ingest' },
      ]}
      action={action}
    />
  )
}
