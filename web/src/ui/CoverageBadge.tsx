import { useState } from 'react'
import type { Answer } from '../api/types.ts'
import { share } from '../format/percent.ts'
import { Dialog } from './Dialog.tsx'
import type { Quality } from './Figure.tsx'
import styles from './CoverageBadge.module.css'

type Total = Answer<'GET /portfolio/dashboard'>['total']

const WORDS: Readonly<Record<Quality, string>> = {
  ...{ missing: 'missing', carried: 'carried over', estimated: 'estimated', ok: 'known' },
}

/** How much of the total has a price; opens the list of what has none, or an old or estimated one. */
export function CoverageBadge({
  total,
}: {
  readonly total: Pick<Total, 'coverage' | 'incomplete' | 'missingWallets'>
}) {
  const [open, setOpen] = useState(false)
  const { coverage, incomplete, missingWallets } = total
  const unread = missingWallets.length
  const isWhole = coverage >= 0.99 && unread === 0
  const tone = coverage < 0.95 ? styles.bad : isWhole ? styles.ok : styles.warn
  const count = (quality: Quality): number => incomplete.filter((one) => one.quality === quality).length
  const parts = (['carried', 'estimated', 'missing'] as const)
    .filter((quality) => count(quality) > 0)
    .map((quality) => `${String(count(quality))} ${WORDS[quality]}`)
  if (unread > 0) parts.push(`${String(unread)} ${unread === 1 ? 'wallet' : 'wallets'} not read`)
  return (
    <>
      <button type="button" className={`${styles.badge ?? ''} ${tone ?? ''}`} onClick={() => setOpen(true)}>
        <span aria-hidden="true">{isWhole ? '✓' : '⚠'}</span>
        {[`${share(coverage)} of value priced`, ...parts].join(' · ')}
      </button>
      <Dialog open={open} title="What keeps the total from being whole" onClose={() => setOpen(false)}>
        {incomplete.length + unread === 0 ? <p>Everything that is held has a price of its hour.</p> : null}
        <ul className={styles.list}>
          {incomplete.map(({ asset, symbol, quality, reason }) => (
            <li key={asset}>
              <strong>{symbol}</strong> <span className="soft">{WORDS[quality]}</span>
              <br />
              {reason}
            </li>
          ))}
          {missingWallets.map(({ wallet, reason }) => (
            <li key={wallet}>
              <strong>{wallet}</strong> <span className="soft">not read</span>
              <br />
              {reason}
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  )
}
