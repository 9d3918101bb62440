import { createServer, connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * A port before a server that counts what is sent to it, so that a fault can strike after so many bytes of a run, and
 * not after so many milliseconds, which mean another place in the work on every machine.
 */
export type Meter = {
  readonly host: string
  readonly port: number
  /** Bytes sent to the server so far. */
  readonly sent: () => number
  /** Resolves in the moment in which so many more bytes have been sent. */
  readonly whenSent: (bytes: number) => Promise<void>
  readonly close: () => Promise<void>
}

export async function meterBefore(upstream: {
  readonly host: string
  readonly port: number
}): Promise<Meter> {
  const sockets = new Set<Socket>()
  let waiting: { at: number; resolve: () => void }[] = []
  let sent = 0
  const count = (bytes: number) => {
    sent += bytes
    const due = waiting.filter(({ at }) => at <= sent)
    waiting = waiting.filter(({ at }) => at > sent)
    for (const { resolve } of due) resolve()
  }
  const server = createServer((client) => {
    const behind = connect(upstream.port, upstream.host)
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.once('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    client.on('data', (piece) => count(piece.length))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    whenSent: (bytes) => new Promise((resolve) => waiting.push({ at: sent + bytes, resolve })),
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
