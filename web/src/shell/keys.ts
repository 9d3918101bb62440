import { useEffect, useRef } from 'react'

/** What keys do, for the dialog that lists them. */
export const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['?', 'this list'],
  ['p', 'hide or show amounts'],
  ['1 – 9', 'ranges, from 1h to All'],
  ['[ and ]', 'a shorter range, a longer one'],
  ['g, then o p l w d s', 'go to Overview, PnL, Lots, Wallets, Data, Settings'],
  ['← and →', 'move along a chart; with Home and End to its ends'],
  ['Enter', 'open a row'],
]

/** Calls the action of a pressed key, unless somebody is writing. Keys are as in `KeyboardEvent.key`. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  const newest = useRef(actions)
  useEffect(() => {
    newest.current = actions
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isWriting(event.target) || document.querySelector('dialog[open]') !== null) return
      newest.current[event.key]?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]')
}
