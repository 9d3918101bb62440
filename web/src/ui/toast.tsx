import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Button } from './Button.tsx'
import styles from './toast.module.css'

type Toast = { readonly id: number; readonly text: string; readonly tone: 'plain' | 'bad' }

const SHOWN_MS = 6_000
let toasts: readonly Toast[] = []
let count = 0
const listeners = new Set<() => void>()
function set(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

/** Says at the edge of the page that something was done. What failed stays until it is closed. */
export function toast(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++count
  set([...toasts, { id, text, tone }])
  if (tone === 'plain') setTimeout(() => close(id), SHOWN_MS)
}
function close(id: number): void {
  set(toasts.filter((one) => one.id !== id))
}

/** Where they appear: once, in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <div className={styles.toasts} role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={`${styles.toast ?? ''} ${tone === 'bad' ? (styles.bad ?? '') : ''}`}>
          {text}
          <Button look="quiet" label="Close" onClick={() => close(id)}>
            <span aria-hidden="true">✕</span>
          </Button>
        </div>
      ))}
    </div>
  )
}

const EVERY_MS = 60_000

/** Reads a changing text out, at most once a minute. */
export function Announce({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('')
  const newest = useRef(text)
  useEffect(() => {
    newest.current = text
  })
  useEffect(() => {
    const timer = setInterval(() => setSaid(newest.current), EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <div className="hidden" aria-live="polite">
      {said}
    </div>
  )
}
