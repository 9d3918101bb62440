import { useSend } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import type { Suspect } from './gaps.ts'

export type Decision = { readonly suspect: Suspect; readonly take: boolean }

/** Says what a decision does before it is made. */
export function DecideSuspect({
  decision,
  onClose,
}: {
  readonly decision: Decision | null
  readonly onClose: () => void
}) {
  const { zone } = useSettings()
  const decide = useSend('POST /gaps/decide', { renews: ['GET /gaps', 'GET /portfolio/dashboard'] })
  if (decision === null) return null
  const { suspect, take } = decision
  const { asset, quote, provider, price } = suspect
  const close = (): void => {
    decide.reset()
    onClose()
  }
  const send = (): void =>
    decide.mutate(
      { body: { asset, quote, provider, time: suspect.time, take } },
      {
        onSuccess: () => {
          toast(take ? 'The price counts in its hour.' : 'The price is kept out.')
          close()
        },
      },
    )
  return (
    <Dialog open title={take ? 'Accept this price?' : 'Reject this price?'} onClose={close}>
      <p>
        <strong>{asset}</strong>: {price} {quote.toUpperCase()} from {provider}, {time(suspect.time, zone)}.
      </p>
      <p>
        {take
          ? 'It goes into its hour, and every figure of that hour is computed anew.'
          : 'It is kept out for good. Where its hour holds it already, the next run reads that hour again.'}{' '}
        You can decide the other way later.
      </p>
      {decide.error === null ? null : <Failure error={decide.error} />}
      <div className="row">
        <Button look="main" busy={decide.isPending} onClick={send}>
          {take ? 'Accept it' : 'Reject it'}
        </Button>
        <Button onClick={close}>Cancel</Button>
      </div>
    </Dialog>
  )
}
