import { Badge } from '../ui/Badge.tsx'
import { useLiveState } from '../live/use-live.ts'
import { span } from '../format/time.ts'
import { useNow } from '../ui/use-now.ts'

/** Whether figures come by themselves, and when the next try is where they do not. */
export function Line() {
  const { state, retryAt, interval } = useLiveState()
  const now = useNow(1_000)
  if (state === 'live')
    return (
      <Badge
        tone="ok"
        title={
          interval === null ? 'New figures come by themselves' : `Prices every ${span(interval * 1_000)}`
        }
      >
        <span aria-hidden="true">●</span> live
      </Badge>
    )
  if (state === 'connecting') return <Badge>connecting</Badge>
  const wait = retryAt === null ? '' : ` (${span(retryAt - now)})`
  return (
    <Badge tone="warn" title="Figures are read every minute until the line is back">
      <span aria-hidden="true">○</span> {state === 'offline' ? 'offline' : `reconnecting${wait}`}
    </Badge>
  )
}
