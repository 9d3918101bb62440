import type { FormEvent } from 'react'
import { useSend } from '../../api/use-api.ts'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import { PasswordField } from '../signin/PasswordField.tsx'
import { textOf } from './form.ts'
import type { User } from './Users.tsx'

type Props = { readonly user: User | null; readonly onClose: () => void }

/** For somebody who has forgotten theirs. */
export function SetPassword({ user, onClose }: Props) {
  const change = useSend('PATCH /users/:name', { renews: ['GET /users'] })
  const close = (): void => {
    change.reset()
    onClose()
  }
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (user === null) return
    const password = textOf(new FormData(event.currentTarget), 'password')
    change.mutate(
      { params: { name: user.name }, body: { password } },
      {
        onSuccess: () => {
          toast(`${user.name} has a new password; their sessions have ended.`)
          close()
        },
      },
    )
  }
  return (
    <Dialog open={user !== null} title={`A new password for ${user?.name ?? ''}`} onClose={close}>
      <form className="stack" onSubmit={send}>
        <PasswordField name="password" label="Password" isNew />
        {change.error === null ? null : <Failure error={change.error} />}
        <div className="row">
          <Button look="main" type="submit" busy={change.isPending}>
            Set it
          </Button>
          <Button onClick={close}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Takes an account away, and says what stays. */
export function RemoveUser({ user, onClose }: Props) {
  const remove = useSend('DELETE /users/:name', { renews: ['GET /users'] })
  if (user === null) return null
  const close = (): void => {
    remove.reset()
    onClose()
  }
  const send = (): void =>
    remove.mutate(
      { params: { name: user.name } },
      {
        onSuccess: () => {
          toast(`${user.name} has no account any more.`)
          close()
        },
      },
    )
  return (
    <Confirm
      open
      title={`Remove ${user.name}?`}
      action="Remove the account"
      sending={remove}
      onConfirm={send}
      onClose={close}
    >
      <p>
        Their sessions, tokens and links end. The portfolios of “{user.owner}” stay stored, and so does
        everything that was read for them.
      </p>
    </Confirm>
  )
}
