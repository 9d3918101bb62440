import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { age, span, time } from '../../format/time.ts'
import { useRun } from '../../live/use-live.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge, type Tone } from '../../ui/Badge.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './Pipeline.module.css'

type Health = Answer<'GET /portfolio/dashboard'>['health']

const TONES: Readonly<Record<string, Tone>> = {
  ...{ complete: 'ok', partial: 'warn', failed: 'bad', interrupted: 'warn', running: 'info' },
}

/** How the pipeline is, in a line. */
export function Pipeline({ health }: { readonly health: Health | undefined }) {
  return (
    <section className={`${styles.strip ?? ''}`} aria-label="Pipeline">
      <h2 className={`small ${styles.title ?? ''}`}>Pipeline</h2>
      {health === undefined ? null : <Facts health={health} />}
      <Link href="/data" className="small push">
        Data
      </Link>
    </section>
  )
}

function Facts({ health }: { readonly health: Health }) {
  const { lastRun, gaps, suspects } = health
  const now = useNow()
  const { zone } = useSettings()
  const at = lastRun?.finished ?? lastRun?.started ?? null
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Last run</dt>
        <dd>
          {lastRun === null || at === null ? (
            'none yet'
          ) : (
            <>
              <Badge tone={TONES[lastRun.outcome] ?? 'plain'}>{lastRun.outcome}</Badge>{' '}
              <time dateTime={at} title={time(at, zone)}>
                {age(at, now)}
              </time>
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Next run</dt>
        <dd>
          <Next health={health} now={now} />
        </dd>
      </div>
      <div>
        <dt>Gaps</dt>
        <dd>
          {gaps.count === 0
            ? 'none'
            : `${String(gaps.count)} (${String(gaps.hours)} ${gaps.hours === 1 ? 'hour' : 'hours'})`}
        </dd>
      </div>
      <div>
        <dt>Suspect prices</dt>
        <dd>{suspects === 0 ? 'none' : String(suspects)}</dd>
      </div>
    </dl>
  )
}

function Next({ health, now }: { readonly health: Health; readonly now: number }) {
  const run = useRun()
  if (run?.state === 'running') {
    const part = run.total === null ? '' : ` ${String(run.done)} of ${String(run.total)}`
    return (
      <>
        running{run.stage === null ? '' : `: ${run.stage}`}
        {part}
      </>
    )
  }
  if (health.running) return <>running</>
  if (health.nextRun === null)
    return <span title="This server runs nothing by the clock">not planned here</span>
  const wait = Date.parse(health.nextRun) - now
  return <>{wait > 0 ? `in ${span(wait)}` : 'due'}</>
}
