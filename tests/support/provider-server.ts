import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Fault } from './provider-faults.ts'

/** A call that arrived, with when, in milliseconds of a monotonic clock. */
export type Arrival = {
  readonly at: number
  readonly url: string
  readonly headers: IncomingMessage['headers']
}
export type Misbehaving = {
  readonly url: string
  readonly port: number
  readonly arrivals: readonly Arrival[]
  close(): Promise<void>
}

/** A provider that answers its n-th call with `answer(n)`, n from 0. */
export async function misbehaving(answer: (call: number) => Fault): Promise<Misbehaving> {
  const arrivals: Arrival[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    arrivals.push({ at: performance.now(), url: request.url ?? '', headers: request.headers })
    request.resume()
    answer(arrivals.length - 1)(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { url: `http://127.0.0.1:${port}`, port, arrivals, close }
}

/** Answers with JSON. */
export function json(body: unknown): Fault {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
