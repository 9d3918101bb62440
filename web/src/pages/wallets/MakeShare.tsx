import { useState } from 'react'
import { useSend } from '../../api/use-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { LastingField, daysOf } from '../../ui/LastingField.tsx'
import { Failure } from '../../ui/Panel.tsx'
import styles from './Wallets.module.css'

type Props = { readonly open: boolean; readonly portfolio: string; readonly onClose: () => void }

/** Makes a link; its text is told once. */
export function MakeShare(props: Props) {
  return (
    <Dialog open={props.open} title={`Show “${props.portfolio}” to somebody`} onClose={props.onClose}>
      <MakeForm {...props} />
    </Dialog>
  )
}

function MakeForm({ portfolio, onClose }: Props) {
  const [hideAmounts, setHide] = useState(true)
  const [lasting, setLasting] = useState('30')
  const make = useSend('POST /shares', { renews: ['GET /shares'] })
  if (make.data !== undefined)
    return (
      <>
        <p>Whoever has this link can look at the portfolio and change nothing. It is shown only now:</p>
        <Command text={location.origin + make.data.link} />
        <div className="row">
          <Button look="main" onClick={onClose}>
            Done
          </Button>
        </div>
      </>
    )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate({ body: { portfolio, hideAmounts, days: daysOf(lasting) } })
      }}
    >
      <label className={styles.check}>
        <input type="checkbox" checked={hideAmounts} onChange={({ target }) => setHide(target.checked)} />
        Hide amounts: only prices, shares and per cents are sent
      </label>
      <LastingField value={lasting} onChange={setLasting} />
      {make.error === null ? null : <Failure error={make.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={make.isPending}>
          Make the link
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
