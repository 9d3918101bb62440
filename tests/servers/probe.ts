import { connect, createServer } from 'node:net'

const HOST = '127.0.0.1'
// Below the range from which the kernel takes the ports of outgoing connections: a server that comes back after a
// kill finds its port free.
const FIRST_PORT = 15_000
const LAST_PORT = 32_000

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, HOST, () => server.close(() => resolve(true)))
  })
}

/** Sends bytes to a port and gives the answer to `enough` as it grows; false when the connection ends before. */
export function answers(
  port: number,
  question: Uint8Array | string,
  enough: (answer: Buffer) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0)
    const socket = connect({ host: HOST, port, timeout: 1000 })
    const done = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.on('connect', () => socket.write(question))
    socket.on('data', (bytes: Buffer) => {
      answer = Buffer.concat([answer, bytes])
      if (enough(answer)) done(true)
    })
    for (const end of ['error', 'timeout', 'close']) socket.on(end, () => done(false))
  })
}

/** Whether a GET is answered with 2xx. */
export async function getsOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  await response.arrayBuffer()
  return response.ok
}
