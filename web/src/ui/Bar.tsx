import styles from './Bar.module.css'

/** How great a part is beside its neighbours, from 0 to 1. Its number stands next to it, so nobody is told by this alone. */
export function Bar({
  size,
  direction = 'none',
}: {
  readonly size: number
  /** Made or lost: to the right or to the left of the middle. */
  readonly direction?: 'up' | 'down' | 'none'
}) {
  const width = `${String(Math.min(1, Math.max(0, size)) * 100)}%`
  return (
    <span className={`${styles.bar ?? ''} ${styles[direction] ?? ''}`} aria-hidden="true">
      <span style={{ width }} />
    </span>
  )
}
