import type { ReactNode } from 'react'
import styles from './Badge.module.css'

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'info'

/** A word about something. What it means is in the word: the colour only repeats it. */
export function Badge({
  tone = 'plain',
  title,
  children,
}: {
  readonly tone?: Tone
  readonly title?: string
  readonly children: ReactNode
}) {
  return (
    <span className={`${styles.badge ?? ''} ${styles[tone] ?? ''}`} title={title}>
      {children}
    </span>
  )
}
