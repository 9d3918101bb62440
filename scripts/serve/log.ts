import type { AuthEvent } from '#delivery/api/auth/own/session.ts'
import type { ServerOptions } from '#delivery/api/server.ts'
import type { LogFile } from '../wiring/log.ts'

type OnProblem = ServerOptions['onProblem']

/** What a server writes down: what failed and why, and who came to the door. Neither queries nor bodies. */
export type ServerLog = {
  readonly path: string
  readonly problem: OnProblem
  readonly door: (event: AuthEvent) => void
  readonly close: () => void
}

export function serverLog({ path, log, close }: LogFile): ServerLog {
  return {
    path,
    problem: ({ id, method, route, problem, thrown }) => {
      const { status, code, detail } = problem
      const event = { request: id, method, route, status, code, detail }
      // Of a fault of ours the place is needed to mend it; its message may quote anything and stays out.
      if (status >= 500) log.error({ ...event, stack: placeOf(thrown) })
      else log.info(event)
    },
    door: ({ type, address, user }) =>
      log.info({ door: type, address, ...(user === undefined ? {} : { user }) }),
    close,
  }
}

function placeOf(thrown: unknown): string[] {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  return stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 12)
    .map((line) => line.trim())
}
