import { useState } from 'react'
import { useKeys } from '../shell/keys.ts'
import { RANGES, useRange } from '../shell/range.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import styles from './RangePicker.module.css'

const LABELS: Readonly<Record<string, string>> = { ytd: 'YTD', all: 'All' }

/** Chooses the range of the page; it stands in the address. Keys 1 to 9, [ and ] do the same. */
export function RangePicker() {
  const { name, query, choose, chooseSpan } = useRange()
  const [open, setOpen] = useState(false)
  const at = RANGES.findIndex((range) => range === name)
  const step = (by: number) => () => choose(RANGES[Math.min(RANGES.length - 1, Math.max(0, at + by))] ?? '7d')
  useKeys({
    ...Object.fromEntries(RANGES.map((range, index) => [String(index + 1), () => choose(range)])),
    ...{ '[': step(-1), ']': step(1) },
  })
  return (
    <div className={styles.ranges} role="group" aria-label="Range">
      {RANGES.map((range) => (
        <button
          key={range}
          type="button"
          className={styles.range}
          aria-pressed={range === name}
          onClick={() => choose(range)}
        >
          {LABELS[range] ?? range}
        </button>
      ))}
      <button
        type="button"
        className={styles.range}
        aria-pressed={name === 'custom'}
        onClick={() => setOpen(true)}
      >
        Custom
      </button>
      <Dialog open={open} title="Custom range" onClose={() => setOpen(false)}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            const form = new FormData(event.currentTarget)
            chooseSpan(dayOf(form, 'from'), dayOf(form, 'to'))
            setOpen(false)
          }}
        >
          <p className="small soft">Days in UTC. The range ends with the first hour of the last day.</p>
          <div className="row">
            {(['from', 'to'] as const).map((end) => (
              <label key={end} className="field">
                <span>{end === 'from' ? 'From' : 'To'}</span>
                <input
                  type="date"
                  name={end}
                  required
                  defaultValue={'from' in query ? query[end].slice(0, 10) : ''}
                />
              </label>
            ))}
          </div>
          <Button look="main" type="submit">
            Show it
          </Button>
        </form>
      </Dialog>
    </div>
  )
}

function dayOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
