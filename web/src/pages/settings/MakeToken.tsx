import { useState } from 'react'
import { useMay } from '../../api/use-me.ts'
import { useSend } from '../../api/use-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Command } from '../../ui/Command.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { daysOf, LastingField } from '../../ui/LastingField.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { RadioGroup } from './RadioGroup.tsx'

const SCOPES = [
  { key: 'read', label: 'read: look at everything that is yours' },
  { key: 'write', label: 'write: also change wallets and import flows' },
  { key: 'admin', label: 'admin: also start runs and decide about prices' },
] as const
type Scope = (typeof SCOPES)[number]['key']
type Props = { readonly open: boolean; readonly onClose: () => void }

/** Makes a token; its text is told once. */
export function MakeToken({ open, onClose }: Props) {
  return (
    <Dialog open={open} title="A token for a program" onClose={onClose}>
      <MakeForm onClose={onClose} />
    </Dialog>
  )
}

function MakeForm({ onClose }: Pick<Props, 'onClose'>) {
  const [label, setLabel] = useState('')
  const [scope, setScope] = useState<Scope>('read')
  const [lasting, setLasting] = useState('365')
  const make = useSend('POST /tokens', { renews: ['GET /tokens'] })
  const mayWrite = useMay('owner')
  const mayAll = useMay('admin')
  const scopes = SCOPES.filter(({ key }) => key === 'read' || (key === 'write' ? mayWrite : mayAll))
  if (make.data !== undefined)
    return (
      <>
        <p>It is kept here as a hash alone: this text is shown only now.</p>
        <Command text={make.data.token} />
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
        make.mutate({ body: { label: label.trim(), scope, days: daysOf(lasting) } })
      }}
    >
      <label className="field">
        <span>What it is for</span>
        <input
          {...{ required: true, maxLength: 64, pattern: '.*\\S.*' }}
          value={label}
          onChange={({ target }) => setLabel(target.value)}
        />
      </label>
      <RadioGroup label="What it may" value={scope} options={scopes} onChange={setScope} />
      <LastingField value={lasting} onChange={setLasting} />
      {make.error === null ? null : <Failure error={make.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={make.isPending}>
          Make it
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
