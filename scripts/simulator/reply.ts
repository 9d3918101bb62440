import type { IncomingHttpHeaders } from 'node:http'

/** A request as the simulator's protocols see it. */
export type Ask = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** Milliseconds since 1970, of the simulated clock. */
  readonly now: number
}
export type Reply = {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export const ok = (body: unknown): Reply => ({ status: 200, body })
