import { useState, type FormEvent } from 'react'
import { useSend } from '../../api/use-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import { PasswordField } from '../signin/PasswordField.tsx'
import { textOf } from './form.ts'
import { RadioGroup } from './RadioGroup.tsx'
import type { User } from './Users.tsx'

const ROLES = [
  { key: 'viewer', label: 'viewer: looks only' },
  { key: 'owner', label: 'owner: changes what is theirs' },
  { key: 'admin', label: 'admin: looks after the server' },
] as const

type Props = { readonly open: boolean; readonly users: readonly User[]; readonly onClose: () => void }

/** An account, with portfolios of its own or those of another. */
export function AddUser({ open, users, onClose }: Props) {
  return (
    <Dialog open={open} title="Add a user" onClose={onClose}>
      <AddForm users={users} onClose={onClose} />
    </Dialog>
  )
}

function AddForm({ users, onClose }: Omit<Props, 'open'>) {
  const [role, setRole] = useState<User['role']>('owner')
  const add = useSend('POST /users', { renews: ['GET /users'] })
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [name, password, shares] = ['name', 'password', 'shares'].map((field) => textOf(form, field))
    add.mutate(
      {
        body: {
          name: name ?? '',
          password: password ?? '',
          role,
          shares: shares === '' ? undefined : shares,
        },
      },
      {
        onSuccess: (user) => {
          toast(`${user.name} can sign in now.`)
          onClose()
        },
      },
    )
  }
  return (
    <form className="stack" onSubmit={send}>
      <label className="field">
        <span>Name</span>
        <input
          {...{ name: 'name', required: true, maxLength: 64, autoComplete: 'off' }}
          autoCapitalize="none"
          spellCheck={false}
        />
      </label>
      <PasswordField name="password" label="Password" isNew />
      <RadioGroup label="What they may" value={role} options={ROLES} onChange={setRole} />
      <label className="field">
        <span>Portfolios</span>
        <select name="shares">
          <option value="">their own</option>
          {users.map(({ name, owner }) => (
            <option key={name} value={name}>
              those of {owner} (as {name} sees them)
            </option>
          ))}
        </select>
      </label>
      {add.error === null ? null : <Failure error={add.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={add.isPending}>
          Add
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
