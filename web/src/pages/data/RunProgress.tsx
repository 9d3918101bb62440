import type { RunNews } from '../../live/use-live.ts'
import { Badge } from '../../ui/Badge.tsx'
import styles from './Data.module.css'
import { OUTCOMES } from './runs.ts'

const STAGES: Readonly<Record<NonNullable<RunNews['stage']>, string>> = {
  import: 'Importing files',
  flows: 'Reading flows',
  wallets: 'Reading wallets',
  coins: 'Reading the list of coins',
  prices: 'Reading prices',
  pnl: 'Computing PnL',
}

/** The run that goes on, or how the last one ended while the page was open. */
export function RunProgress({ run }: { readonly run: RunNews }) {
  const { words, tone } = OUTCOMES[run.state]
  const isRunning = run.state === 'running'
  const stage = run.stage === null ? 'Starting' : STAGES[run.stage]
  const count = run.total === null ? '' : `${String(run.done)} of ${String(run.total)}`
  return (
    <div className={styles.progress} role="status">
      <Badge tone={tone}>{words}</Badge>
      {isRunning ? (
        <>
          <progress
            aria-label={stage}
            {...(run.total === null ? {} : { max: Math.max(1, run.total), value: run.done })}
          />
          <span>
            {stage} {count}
          </span>
          <span className={`small soft ${styles.item ?? ''}`}>{run.item}</span>
        </>
      ) : (
        <span>The {run.command} has ended.</span>
      )}
      {run.failed === 0 ? null : <Badge tone="warn">{run.failed} failed</Badge>}
    </div>
  )
}
