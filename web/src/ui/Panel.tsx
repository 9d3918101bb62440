import { useId, type ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { age } from '../format/time.ts'
import { Badge } from './Badge.tsx'
import { Button } from './Button.tsx'
import styles from './Panel.module.css'
import { useNow } from './use-now.ts'

/** What a panel goes by; the answer of `useApi` fits as it is. */
export type PanelQuery = {
  readonly isPending: boolean
  readonly isFetching: boolean
  readonly isPlaceholderData: boolean
  readonly error: Error | null
  readonly data: unknown
  readonly refetch: () => unknown
}

type Props = {
  readonly title: string
  /** At the right of the title: buttons, a range, a badge. */
  readonly actions?: ReactNode
  /** Where its figures come from; it shows whether they load, are old, or failed. */
  readonly query?: PanelQuery
  /** Height of what it holds, so that nothing moves when it comes: any CSS length. */
  readonly height?: string
  /** Said in place of the content where there is none. */
  readonly empty?: ReactNode
  /** When its figures were right. */
  readonly asOf?: string | undefined
  /** Why not everything is in it; what is known is shown all the same. */
  readonly partial?: ReactNode
  readonly wide?: boolean
  /** Without the frame's padding, for tables that reach its edge. */
  readonly flush?: boolean
  readonly children?: ReactNode
}

/** A part of a page that loads, fails and grows old by itself. */
export function Panel(props: Props) {
  const { title, actions, query, height, empty, partial, wide = false, flush = false, children } = props
  const heading = useId()
  const waits = query !== undefined && query.data === undefined && query.error === null
  const failed = query?.error ?? null
  const dead = failed !== null && query?.data === undefined
  return (
    <section
      className={`${styles.panel ?? ''} ${wide ? 'wide' : ''}`}
      aria-labelledby={heading}
      aria-busy={waits || query?.isPlaceholderData === true}
    >
      <header className={styles.head}>
        <h2 id={heading}>{title}</h2>
        <div className={styles.actions}>{actions}</div>
      </header>
      {failed !== null && !dead ? <Stale {...props} error={failed} /> : null}
      {partial === undefined || partial === null ? null : <div className={styles.partial}>{partial}</div>}
      <div
        className={`${styles.body ?? ''} ${flush ? (styles.flush ?? '') : ''}`}
        style={height === undefined ? undefined : { minHeight: height }}
      >
        {waits ? (
          <Skeleton height={height ?? '160px'} />
        ) : dead ? (
          <Failure error={failed} onRetry={() => void query?.refetch()} />
        ) : (
          (empty ?? children)
        )}
      </div>
    </section>
  )
}

/** Stands where something will, in its size. */
export function Skeleton({
  height = '1em',
  width = '100%',
}: {
  readonly height?: string
  readonly width?: string
}) {
  return <div className={styles.skeleton} style={{ height, width }} aria-hidden="true" />
}

/** The newest figures could not be had: the old ones stay, with their age. */
function Stale({ query, asOf, error }: Props & { readonly error: Error }) {
  const now = useNow()
  return (
    <div className={styles.stale} role="status">
      <Badge tone="warn">◷ {asOf === undefined ? 'not up to date' : `from ${age(asOf, now)}`}</Badge>
      <span className="small">{error.message}</span>
      <Button look="quiet" busy={query?.isFetching === true} onClick={() => void query?.refetch()}>
        Try again
      </Button>
    </div>
  )
}

/** What failed, what to do, and the request to look for. */
export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  const problem = error instanceof Problem ? error : null
  return (
    <div className={styles.failure} role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {problem === null ? null : <p>{problem.fix}</p>}
      {problem === null || problem.faults.length === 0 ? null : (
        <ul>
          {problem.faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      {problem === null || problem.instance === null ? null : (
        <p className="small soft">
          Request <code>{problem.instance}</code>
        </p>
      )}
      {onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}
