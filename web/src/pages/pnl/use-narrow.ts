import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 560px)')

/** Whether there is little room, as on a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
}
