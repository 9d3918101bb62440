import type { Server } from './connect.ts'

/** Clocks nearer to each other than this are taken for equal: a lease lasts much longer. */
const EQUAL_MS = 2_000

/**
 * How far the server's clock is ahead of this machine's, in milliseconds; 0 where they agree within two seconds. Those
 * who contend for a lease may be on machines whose clocks are off: they have the server's in common. Asked each time,
 * since a clock may be set while a run lasts.
 */
export async function serverAhead({ db }: Server): Promise<number> {
  const asked = Date.now()
  const { localTime } = (await db.command({ hello: 1 })) as { localTime?: unknown }
  const answered = Date.now()
  if (!(localTime instanceof Date)) return 0
  const ahead = Math.round(localTime.getTime() - (asked + answered) / 2)
  return Math.abs(ahead) < EQUAL_MS ? 0 : ahead
}
