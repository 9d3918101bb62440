import { useSend } from '../../api/use-api.ts'
import { Confirm } from '../../ui/Confirm.tsx'
import { toast } from '../../ui/toast.tsx'
import { shortAddress } from '../../format/address.ts'
import type { Wallet } from './last-read.ts'
import { WALLETS_RENEW } from './use-add-wallets.ts'

/** Takes a wallet out; says what stays. */
export function RemoveWallet({
  wallet,
  portfolio,
  onClose,
}: {
  readonly wallet: Wallet | null
  readonly portfolio: string | null
  readonly onClose: () => void
}) {
  const remove = useSend('DELETE /portfolio/wallets/:address', { renews: WALLETS_RENEW })
  if (wallet === null) return null
  const name = wallet.label ?? shortAddress(wallet.address)
  const close = (): void => {
    remove.reset()
    onClose()
  }
  const send = (): void =>
    remove.mutate(
      { params: { address: wallet.address }, query: { portfolio: portfolio ?? undefined } },
      {
        onSuccess: () => {
          toast(`${name} is out of the portfolio.`)
          close()
        },
      },
    )
  return (
    <Confirm
      open
      title={`Remove ${name}?`}
      action="Remove it"
      sending={remove}
      onConfirm={send}
      onClose={close}
    >
      <p>
        It no longer counts in this portfolio, in hours that are past as well. What was read of it (balances,
        flows, transactions) stays stored: add it again, and everything is as it was.
      </p>
      <p>
        <code>{wallet.address}</code>
      </p>
    </Confirm>
  )
}
