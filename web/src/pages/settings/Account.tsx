import { useState, type FormEvent } from 'react'
import type { Me } from '../../api/use-me.ts'
import { useSend } from '../../api/use-api.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure, Panel } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'
import { PasswordField } from '../signin/PasswordField.tsx'
import { useWait } from '../signin/use-wait.ts'
import { textOf } from './form.ts'

const ROLES: Readonly<Record<Me['role'], string>> = {
  viewer: 'looks only',
  owner: 'changes what is theirs',
  admin: 'looks after the server',
}

/** Who is signed in, their password, and the way out. */
export function Account({ me }: { readonly me: Me }) {
  const [changing, setChanging] = useState(false)
  const leave = useSend('DELETE /session')
  // Loaded anew, so that nothing of what was read stays in memory.
  const signOut = (): void => leave.mutate({}, { onSuccess: () => location.assign('/') })
  return (
    <Panel title="Your account">
      <div className="stack">
        <p>
          <strong>{me.user}</strong> <Badge>{me.role}</Badge> <span className="soft">{ROLES[me.role]}</span>
        </p>
        <div className="row">
          <Button onClick={() => setChanging(true)}>Change password</Button>
          <Button busy={leave.isPending} onClick={signOut}>
            Sign out
          </Button>
        </div>
        {leave.error === null ? null : <Failure error={leave.error} />}
        <p className="small soft">
          A new password signs out every other browser and device. API tokens and links stay: revoke those
          below and on the page of wallets.
        </p>
      </div>
      <Dialog open={changing} title="Change your password" onClose={() => setChanging(false)}>
        <PasswordForm onClose={() => setChanging(false)} />
      </Dialog>
    </Panel>
  )
}

function PasswordForm({ onClose }: { readonly onClose: () => void }) {
  const change = useSend('PATCH /me')
  const wait = useWait(change.error)
  const send = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    change.mutate(
      { body: { password: textOf(form, 'password'), newPassword: textOf(form, 'newPassword') } },
      {
        onSuccess: () => {
          toast('The password is changed; all other sessions have ended.')
          onClose()
        },
      },
    )
  }
  return (
    <form className="stack" onSubmit={send}>
      <PasswordField name="password" label="The one you have" />
      <PasswordField name="newPassword" label="The new one" isNew />
      {change.error === null ? null : <Failure error={change.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={change.isPending} disabled={wait > 0}>
          {wait > 0 ? `Again in ${String(wait)} s` : 'Change it'}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
