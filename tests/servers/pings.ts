import { answers } from './probe.ts'
import { until } from './until.ts'

/** Whether the Redis behind this port, or this URL, answers within a second. */
export function pings(at: number | string): Promise<boolean> {
  const port = typeof at === 'number' ? at : Number(new URL(at).port)
  return answers(port, 'PING\r\n', (answer) => answer.includes('+PONG'))
}

/** The same with patience: on a busy machine an answer may take longer than one try lasts. */
export function answersPing(at: number | string): Promise<boolean> {
  return until(() => pings(at), { timeoutMs: 20_000 })
}
