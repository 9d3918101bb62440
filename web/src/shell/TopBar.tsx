import type { THEMES } from '../settings/settings.ts'
import { changeSettings, useSettings } from '../settings/settings.ts'
import { Button } from '../ui/Button.tsx'
import { Money, type Quality } from '../ui/Figure.tsx'
import { PortfolioPicker } from '../ui/PortfolioPicker.tsx'
import { Line } from './Line.tsx'
import styles from './Shell.module.css'

const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const satisfies Record<
  string,
  (typeof THEMES)[number]
>
const SIGNS = { auto: '◐', light: '☀', dark: '☾' } as const

export function TopBar({
  total,
  onHelp,
}: {
  readonly total: { readonly value: string | null; readonly quality: Quality } | null
  readonly onHelp: () => void
}) {
  const { privacy, theme } = useSettings()
  return (
    <header className={styles.top}>
      <span className={styles.brand}>Tidemark</span>
      <PortfolioPicker />
      {total === null ? null : (
        <span className={styles.total}>
          <Money {...total} compact />
        </span>
      )}
      <Line />
      <div className={`row push ${styles.tools ?? ''}`}>
        <Button
          look="quiet"
          label={privacy ? 'Show amounts (p)' : 'Hide amounts (p)'}
          aria-pressed={privacy}
          onClick={() => changeSettings({ privacy: !privacy })}
        >
          <Eye closed={privacy} />
        </Button>
        <Button look="quiet" label={`Theme: ${theme}`} onClick={() => changeSettings({ theme: NEXT[theme] })}>
          <span aria-hidden="true">{SIGNS[theme]}</span>
        </Button>
        <Button look="quiet" label="Keys (?)" onClick={onHelp}>
          <span aria-hidden="true">?</span>
        </Button>
      </div>
    </header>
  )
}

function Eye({ closed }: { readonly closed: boolean }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden="true"
    >
      <path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7z" />
      <circle cx="12" cy="12" r="3" />
      {closed ? <path d="M3 3l18 18" strokeLinecap="round" /> : null}
    </svg>
  )
}
