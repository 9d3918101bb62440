import { useId, useState } from 'react'
import styles from './AccountForm.module.css'

/** Length of a password, as the server has it. */
const SHORTEST = 12

/** A password that can be looked at while it is written. `isNew` tells password managers to make one up. */
export function PasswordField({
  name,
  label,
  isNew = false,
}: {
  readonly name: string
  readonly label: string
  readonly isNew?: boolean
}) {
  const id = useId()
  const [isShown, show] = useState(false)
  return (
    <div className="field">
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <input
        {...{ id, name, required: true }}
        type={isShown ? 'text' : 'password'}
        {...(isNew ? { minLength: SHORTEST, 'aria-describedby': `${id}-hint` } : {})}
        maxLength={isNew ? 256 : 1_024}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        autoCapitalize="none"
        spellCheck={false}
      />
      {isNew ? (
        <span id={`${id}-hint`} className="small soft">
          At least {SHORTEST} characters; some words that have nothing to do with each other are best.
        </span>
      ) : null}
      <label className={`small ${styles.show ?? ''}`}>
        <input type="checkbox" checked={isShown} onChange={({ target }) => show(target.checked)} />
        Show it
      </label>
    </div>
  )
}
