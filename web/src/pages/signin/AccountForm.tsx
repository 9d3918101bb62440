import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Panel.tsx'
import styles from './AccountForm.module.css'

/** A name and a password. */
export function AccountForm({
  title,
  action,
  isNew = false,
  sending,
  onSend,
}: {
  readonly title: string
  readonly action: string
  readonly isNew?: boolean
  readonly sending: { readonly isPending: boolean; readonly error: Error | null }
  readonly onSend: (name: string, password: string) => void
}) {
  return (
    <main className={styles.door}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          onSend(textOf(form.get('name')), textOf(form.get('password')))
        }}
      >
        <h1>{title}</h1>
        <label className="field">
          <span>Name</span>
          <input name="name" required maxLength={64} autoComplete="username" />
        </label>
        <label className="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            required
            autoComplete={isNew ? 'new-password' : 'current-password'}
          />
        </label>
        {sending.error === null ? null : <Failure error={sending.error} />}
        <Button look="main" type="submit" busy={sending.isPending}>
          {action}
        </Button>
      </form>
    </main>
  )
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : ''
}
