import type { ButtonHTMLAttributes } from 'react'
import styles from './Button.module.css'

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: 'plain' | 'main' | 'quiet' | 'danger'
  /** Something is under way: it cannot be pressed again, and says so. */
  readonly busy?: boolean
  /** For buttons with a sign alone: what is read out, and shown on hover. */
  readonly label?: string
}

export function Button({ look = 'plain', busy = false, label, className, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      {...(label === undefined ? {} : { 'aria-label': label, title: label })}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={`${styles.button ?? ''} ${styles[look] ?? ''} ${className ?? ''}`}
    />
  )
}
