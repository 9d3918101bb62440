import { Problem } from '../../api/problem.ts'
import { useNow } from '../../ui/use-now.ts'

/** Seconds until something that the server put off may be tried again; 0 when it may. */
export function useWait(error: Error | null): number {
  const now = useNow(1_000)
  const until = error instanceof Problem ? error.retryAt : null
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1_000))
}
