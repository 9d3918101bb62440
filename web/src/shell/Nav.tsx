import { Link, useLocation } from 'wouter'
import { useMe } from '../api/use-me.ts'
import { PAGES, type Page } from './routes.ts'
import styles from './Shell.module.css'

/** At the left; at the bottom where the page is narrow. */
export function Nav() {
  const [path] = useLocation()
  const me = useMe()
  const isOffered = ({ shared }: Page): boolean =>
    me?.by !== 'share' || (shared !== undefined && !(me.hideAmounts && shared === 'amounts'))
  return (
    <nav className={styles.nav} aria-label="Pages">
      {PAGES.filter(isOffered).map(({ path: to, title, nav }) =>
        nav === undefined ? null : (
          <Link
            key={to}
            href={to}
            className={styles.link ?? ''}
            aria-current={path === to ? 'page' : undefined}
          >
            <span aria-hidden="true" className={styles.sign}>
              {nav.sign}
            </span>
            <span className={styles.long}>{title}</span>
            <span className={styles.short} aria-hidden="true">
              {nav.short ?? title}
            </span>
          </Link>
        ),
      )}
    </nav>
  )
}
