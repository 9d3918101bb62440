import type { ReactNode } from 'react'
import { useApi } from '../../api/use-api.ts'
import { age, time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { useRange } from '../../shell/range.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './Data.module.css'
import { OUTCOMES } from './runs.ts'

/** Prices are read by the hour: older than this, one run was missed. */
const OLD_MS = 2 * 3_600_000

/** Whether what is shown everywhere is of today. */
export function Health() {
  const { name } = usePortfolio()
  const { query: range } = useRange()
  const query = useApi(
    'GET /portfolio/dashboard',
    { query: { portfolio: name ?? undefined, ...range } },
    { enabled: name !== null },
  )
  const health = query.data?.health
  if (name === null) return null
  return (
    <Panel title="Where it stands" query={query} asOf={query.data?.asOf} height="72px">
      {health === undefined ? null : (
        <dl className={styles.facts}>
          <Fact name="Newest price">
            <Moment at={health.newestPrice} none="none yet" isOldAfter={OLD_MS} />
          </Fact>
          <Fact name="Last run">
            {health.lastRun === null ? (
              'none yet'
            ) : (
              <>
                <Moment at={health.lastRun.finished ?? health.lastRun.started} none="" />{' '}
                <Badge tone={OUTCOMES[health.lastRun.outcome].tone}>
                  {OUTCOMES[health.lastRun.outcome].words}
                </Badge>
              </>
            )}
          </Fact>
          <Fact name="Next run">
            <Next at={health.nextRun} />
          </Fact>
          <Fact name="Hours without a price">
            {health.gaps.hours.toLocaleString('en')}
            {health.gaps.count === 0 ? '' : ` in ${health.gaps.count.toLocaleString('en')} gaps`}
          </Fact>
          <Fact name="Samples to decide">{health.suspects}</Fact>
        </dl>
      )}
    </Panel>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt className="small soft">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Next({ at }: { readonly at: string | null }) {
  const { zone } = useSettings()
  if (at === null)
    return <span title="Start the server with --schedule, or run tidemark ingest by cron">by hand</span>
  return (
    <time className="num" dateTime={at}>
      {time(at, zone, 'clock')}
    </time>
  )
}

function Moment({
  at,
  none,
  isOldAfter = Infinity,
}: {
  readonly at: string | null
  readonly none: string
  readonly isOldAfter?: number
}) {
  const { zone } = useSettings()
  const now = useNow()
  if (at === null) return none
  return (
    <>
      <time className="num" dateTime={at} title={time(at, zone)}>
        {age(at, now)}
      </time>
      {now - Date.parse(at) > isOldAfter ? (
        <>
          {' '}
          <Badge tone="warn">◷ old</Badge>
        </>
      ) : null}
    </>
  )
}
