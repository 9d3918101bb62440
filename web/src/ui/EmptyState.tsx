import type { ReactNode } from 'react'
import { Command } from './Command.tsx'
import styles from './EmptyState.module.css'

export type Step = { readonly title: string; readonly command?: string; readonly text?: ReactNode }

const FIRST_STEPS: readonly Step[] = [
  { title: 'Say what you hold', command: 'tidemark init' },
  { title: 'Read prices and balances', command: 'tidemark ingest' },
  { title: 'Look at it here, or in the terminal', command: 'tidemark pnl' },
]

/** Nothing is there yet, and what to do about it. `action` is the quick way, such as a button for the demo. */
export function EmptyState({
  title = 'Three steps to your first figures',
  steps = FIRST_STEPS,
  action,
}: {
  readonly title?: string
  readonly steps?: readonly Step[]
  readonly action?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={step.title}>
            <p>{step.title}</p>
            {step.command === undefined ? null : <Command text={step.command} />}
            {step.text}
          </li>
        ))}
      </ol>
      {action}
    </div>
  )
}
