import { useState } from 'react'
import { useSend } from '../../api/use-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import { shortAddress } from '../../format/address.ts'
import { ChainPicker } from './ChainPicker.tsx'
import type { Wallet } from './last-read.ts'
import { WALLETS_RENEW } from './use-add-wallets.ts'

/** Its label and its chains. */
export function EditWallet({
  wallet,
  portfolio,
  onClose,
}: {
  readonly wallet: Wallet | null
  readonly portfolio: string | null
  readonly onClose: () => void
}) {
  const name = wallet === null ? '' : (wallet.label ?? shortAddress(wallet.address))
  return (
    <Dialog open={wallet !== null} title={`Change ${name}`} onClose={onClose}>
      {wallet === null ? null : <EditForm wallet={wallet} portfolio={portfolio} onClose={onClose} />}
    </Dialog>
  )
}

function EditForm({
  wallet,
  portfolio,
  onClose,
}: {
  readonly wallet: Wallet
  readonly portfolio: string | null
  readonly onClose: () => void
}) {
  const [label, setLabel] = useState(wallet.label ?? '')
  const [chains, setChains] = useState<readonly string[]>(wallet.chains)
  const change = useSend('PATCH /portfolio/wallets/:address', { renews: WALLETS_RENEW })
  const send = (): void =>
    change.mutate(
      {
        params: { address: wallet.address },
        query: { portfolio: portfolio ?? undefined },
        body: { label: label.trim() === '' ? null : label.trim(), chains: [...chains] },
      },
      {
        onSuccess: () => {
          toast('Changed. Chains that are new are read by the next run.')
          onClose()
        },
      },
    )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label className="field">
        <span>Label</span>
        <input value={label} maxLength={64} onChange={({ target }) => setLabel(target.value)} />
      </label>
      <ChainPicker chosen={chains} onChange={setChains} />
      {change.error === null ? null : <Failure error={change.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={change.isPending} disabled={chains.length === 0}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        {chains.length === 0 ? <span className="small soft">Choose a chain.</span> : null}
      </div>
    </form>
  )
}
