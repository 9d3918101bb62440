import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'

/** A flow as machines read it. */
export function flowDocument(flow: Flow) {
  return { ...flow, time: formatTime(flow.time) }
}
