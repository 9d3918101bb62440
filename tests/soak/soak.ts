import { once, setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { NOW, service } from '#tests/bench/service.ts'
import { inFolder, randomOf, USD } from '#tests/bench/years.ts'

export type SoakOptions = {
  readonly minutes: number
  readonly clients: number
  /** Looks at memory and handles, over the whole time. */
  readonly looks: number
  readonly print: (line: string) => void
}
type Look = { readonly minute: number; readonly heap: number; readonly rss: number; readonly handles: number }

const ASSETS = 20
/** Of the first half's memory, what the second may have more: it settles, it does not stand still. */
const MORE_HEAP = 1.25
const MORE_HANDLES = 10

/**
 * A server under prices that move ten times a second and clients that come and go, for as long as is said.
 * @returns what grew, in words; nothing where all is flat
 */
export async function soak(options: SoakOptions): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    const server = await service(folder, ASSETS, 10)
    const random = randomOf(5)
    const stop = new AbortController()
    setMaxListeners(0, stop.signal)
    const url = `ws://127.0.0.1:${server.port}/api/v1/portfolio/ws`
    const clients = Array.from({ length: options.clients }, async (_, number) => {
      while (!stop.signal.aborted)
        await visit(url, server.token, number, 200 + random() * 10_000, stop.signal)
    })
    const asking = reads(server.port, server.token, stop.signal)
    let tick = 0
    const timer = setInterval(() => {
      const time = NOW + ++tick
      const prices = server.names.map((asset) => ({ asset, price: 10 + random() * 100, time, quality: 3 }))
      server.live.take(USD, prices)
    }, 100)
    try {
      const looks = await watch(options)
      return grown(looks)
    } finally {
      clearInterval(timer)
      stop.abort()
      await Promise.all([...clients, asking])
      await server.close()
    }
  })
}

/** Connects, watches, asks once more, and leaves: sometimes well, sometimes not. */
async function visit(
  url: string,
  token: string,
  number: number,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'watch', portfolios: [`p${number}`, `p${number + 1}`] }))
  await setTimeout(ms, null, { signal }).catch(() => undefined)
  if (socket.readyState === WebSocket.OPEN)
    socket.send(JSON.stringify({ type: 'snapshot', portfolio: `p${number}` }))
  const closed = once(socket, 'close')
  if (number % 2 === 0) socket.close()
  else socket.terminate()
  await closed
}

async function reads(port: number, token: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  while (!signal.aborted) {
    await (await fetch(`http://127.0.0.1:${port}/api/v1/portfolio/dashboard`, { headers })).arrayBuffer()
    await setTimeout(50, null, { signal }).catch(() => undefined)
  }
}

async function watch({ minutes, looks: count, print }: SoakOptions): Promise<Look[]> {
  const looks: Look[] = []
  for (let at = 1; at <= count; at++) {
    await setTimeout((minutes * 60_000) / count)
    global.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    const handles = process.getActiveResourcesInfo().length
    const look = { minute: (at * minutes) / count, heap: heapUsed / 1e6, rss: rss / 1e6, handles }
    looks.push(look)
    print(
      `${look.minute.toFixed(1)} min  heap ${look.heap.toFixed(1)} MB  rss ${look.rss.toFixed(0)} MB  handles ${handles}`,
    )
  }
  return looks
}

/** The end of the time against its middle; what comes before is warming up. */
function grown(looks: readonly Look[]): string[] {
  const third = Math.max(1, Math.floor(looks.length / 3))
  const middle = looks.slice(third, 2 * third)
  const end = looks.slice(-third)
  const least = (part: readonly Look[], of: 'heap' | 'handles') => Math.min(...part.map((look) => look[of]))
  const [heap, handles] = [least(middle, 'heap'), least(middle, 'handles')]
  const [heapNow, handlesNow] = [least(end, 'heap'), least(end, 'handles')]
  return [
    ...(heapNow > heap * MORE_HEAP ? [`heap: ${heap.toFixed(1)} MB became ${heapNow.toFixed(1)} MB`] : []),
    ...(handlesNow > handles + MORE_HANDLES ? [`handles: ${handles} became ${handlesNow}`] : []),
  ]
}
