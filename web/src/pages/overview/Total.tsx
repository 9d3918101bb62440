import type { Answer } from '../../api/types.ts'
import { age, time } from '../../format/time.ts'
import { useFigures } from '../../live/use-live.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { CoverageBadge } from '../../ui/CoverageBadge.tsx'
import { Change, Money } from '../../ui/Figure.tsx'
import { useNow } from '../../ui/use-now.ts'
import { headlineOf, unknownChange } from './headline.ts'
import styles from './Total.module.css'

type Dashboard = Answer<'GET /portfolio/dashboard'>

/** What all of it is worth, since when, and what it did. */
export function Total({ data, words }: { readonly data: Dashboard; readonly words: string }) {
  const total = headlineOf(data, useFigures(data.portfolio))
  const unknown = unknownChange(data)
  return (
    <div className={styles.total}>
      <p className={styles.value}>
        {/* How sure it is stands in the badge. */}
        <Money value={total.value} compact />
      </p>
      <AsOf at={total.asOf} isLive={total.isLive} />
      <p className={styles.change}>
        {unknown === null ? (
          <>
            <Money value={data.change.pnl} kind="pnl" /> (
            <Change value={data.change.fraction} reason="nothing was held to compare with" arrow={false} />)
          </>
        ) : (
          <Money value={null} reason={unknown} />
        )}{' '}
        <span>{words}</span>
        {unknown === null ? null : <span className="soft small"> · {unknown}</span>}
      </p>
      {data.change.range === '24h' || total.change24h === null || total.coverage < 1 ? null : (
        <p className="soft small">
          <Money value={total.change24h.pnl} kind="pnl" /> (
          <Change value={total.change24h.fraction} arrow={false} />) in the last 24 hours
        </p>
      )}
      <div className={styles.badge}>
        <CoverageBadge total={{ ...data.total, coverage: total.coverage }} />
      </div>
    </div>
  )
}

function AsOf({ at, isLive }: { readonly at: string; readonly isLive: boolean }) {
  const { zone } = useSettings()
  const now = useNow()
  const today = new Date(now).toISOString().slice(0, 10) === at.slice(0, 10)
  return (
    <p className={`soft small ${styles.asOf ?? ''}`}>
      as of <time dateTime={at}>{time(at, zone, today ? 'clock' : 'moment')}</time> · {age(at, now)}
      {isLive ? <Badge tone="ok">live</Badge> : null}
    </p>
  )
}
