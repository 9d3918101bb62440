import type { ReactNode } from 'react'
import { useTitle } from '../../shell/title.ts'
import { Button } from '../../ui/Button.tsx'
import { Failure } from '../../ui/Panel.tsx'
import styles from './AccountForm.module.css'
import { PasswordField } from './PasswordField.tsx'
import { useWait } from './use-wait.ts'

/** A name and a password. What the server says no with is said in its words, and how long it wants to be left alone. */
export function AccountForm({
  title,
  intro,
  action,
  isNew = false,
  sending,
  onSend,
  children,
}: {
  readonly title: string
  readonly intro?: ReactNode
  readonly action: string
  readonly isNew?: boolean
  readonly sending: { readonly isPending: boolean; readonly error: Error | null }
  readonly onSend: (name: string, password: string) => void
  readonly children?: ReactNode
}) {
  const wait = useWait(sending.error)
  useTitle(title, null)
  return (
    <main className={styles.door}>
      <p className={styles.brand}>Tidemark</p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          if (wait === 0) onSend(textOf(form.get('name')), textOf(form.get('password')))
        }}
      >
        <h1>{title}</h1>
        {intro}
        <label className="field">
          <span>Name</span>
          <input
            {...{ name: 'name', required: true, maxLength: 64, autoComplete: 'username' }}
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
        <PasswordField name="password" label="Password" isNew={isNew} />
        {sending.error === null ? null : <Failure error={sending.error} />}
        <Button look="main" type="submit" busy={sending.isPending} disabled={wait > 0}>
          {wait > 0 ? `Again in ${String(wait)} s` : action}
        </Button>
        {children}
      </form>
    </main>
  )
}

function textOf(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : ''
}
