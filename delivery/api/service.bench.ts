import { setTimeout } from 'node:timers/promises'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import fastify from 'fastify'
import type { WebSocket } from 'ws'
import type { AddressInfo } from 'node:net'
import { benchChild, message } from '#tests/bench/child.ts'
import { median, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { CLIENTS, NOW, service } from '#tests/bench/service.ts'
import { inFolder, randomOf, USD } from '#tests/bench/years.ts'

const REQUESTS = 3_000
const ASSETS = 200
const HOLDINGS = 20
/** Ticks whose latency is measured; at one a minute each is 10,000 updates a minute. */
const TICKS = 20
const DOC = new URL('../../docs/service.md', import.meta.url)

type Service = Awaited<ReturnType<typeof service>>

export const benches: Bench[] = [
  {
    name: 'The API against bare Fastify that sends the same bytes',
    run: () =>
      inFolder(async (folder) => [await http(folder, 'dashboard'), await http(folder, 'history?range=1y')]),
  },
  {
    name: `One price tick over ${CLIENTS} portfolios of ${HOLDINGS} assets, a client each`,
    run: () => inFolder(ticks),
  },
]

async function http(folder: string, what: string): Promise<Ratio> {
  const ours = await service(`${folder}/${what.slice(0, 4)}`, 10, HOLDINGS)
  const path = `/api/v1/portfolio/${what}`
  const headers = { authorization: `Bearer ${ours.token}` }
  const answer = await fetch(`http://127.0.0.1:${ours.port}${path}`, { headers })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  const bare = fastify()
  bare.get('/', (_, reply) => reply.type('application/json; charset=utf-8').send(bytes))
  await bare.listen({ host: '127.0.0.1', port: 0 })
  const { port } = bare.server.address() as AddressInfo
  const load = async (url: string) => {
    const child = benchChild('http-load-child.ts', [url, ours.token, String(REQUESTS)])
    const { seconds, failed } = await message<{ seconds: number; failed: number }>(child, 'seconds')
    if (failed > 0) throw new Error(`${url}: ${failed} requests failed`)
    return seconds * 1_000
  }
  const pairs: [number, number][] = []
  for (let pair = 0; pair < 4; pair++)
    pairs.push([await load(`http://127.0.0.1:${ours.port}${path}`), await load(`http://127.0.0.1:${port}/`)])
  // The first pair warms up.
  const sorted = pairs.slice(1).sort(([a, b], [c, d]) => a / b - c / d)
  const [oursMs, referenceMs] = sorted[1] as [number, number]
  await bare.close()
  await ours.close()
  const rate = (ms: number) => `${Math.round((REQUESTS / ms) * 1_000)} requests/s`
  return {
    ...{ name: `GET /portfolio/${what}, ${bytes.length} bytes`, against: 'bare Fastify, the same bytes' },
    ...{ limit: 2, ratio: oursMs / referenceMs, oursMs, referenceMs },
    notes: [`${rate(oursMs)} against ${rate(referenceMs)}`],
  }
}

async function ticks(folder: string): Promise<readonly Ratio[]> {
  const ours = await service(folder, ASSETS, HOLDINGS)
  const sockets: WebSocket[] = []
  ours.app.websocketServer.on('connection', (socket: WebSocket) => void sockets.push(socket))
  const before = memory()
  const opening = performance.now()
  const url = `ws://127.0.0.1:${ours.port}/api/v1/portfolio/ws`
  const child = benchChild('ws-clients-child.ts', [url, ours.token, String(CLIENTS)])
  try {
    await message(child, 'ready')
    const openMs = performance.now() - opening
    const perConnection = (memory() - before) / CLIENTS
    const latencies = await measured(ours, child)
    const ratio = await sending(ours, sockets, child)
    const rows = summary({ openMs, perConnection, latencies, ratio })
    writeDoc(rows)
    return [{ ...ratio, notes: rows }]
  } finally {
    child.send({ leave: true })
    await ours.close()
  }
}

/** Resident memory after what can be collected is. */
function memory(): number {
  global.gc?.()
  return process.memoryUsage().rss
}

const random = randomOf(11)
let minutes = 0
/** Every asset has another price: every portfolio moves. */
function newPrices({ names }: Service) {
  minutes++
  return names.map((asset) => ({
    ...{ asset, price: 10 + random() * 1_000, time: NOW + minutes * 1_000, quality: 3 },
  }))
}

/** Milliseconds from the prices' arrival to each client, all ticks together, and to the last of each tick. */
async function measured(ours: Service, child: ReturnType<typeof benchChild>) {
  const all: number[] = []
  const last: number[] = []
  for (let tick = 0; tick < TICKS; tick++) {
    const prices = newPrices(ours)
    const armed = message(child, 'armed')
    const began = process.hrtime.bigint()
    // Told ahead, so that the clients need not know when it begins.
    child.send({ begun: String(began + 200_000_000n) })
    await armed
    while (process.hrtime.bigint() < began + 200_000_000n) await setTimeout(1)
    const done = message<{ times: number[] }>(child, 'times')
    ours.live.take(USD, prices)
    const { times } = await done
    all.push(...times)
    last.push(times.reduce((most, ms) => Math.max(most, ms), 0))
  }
  return { all: all.sort((a, b) => a - b), last: last.sort((a, b) => a - b) }
}

async function sending(
  ours: Service,
  sockets: WebSocket[],
  child: ReturnType<typeof benchChild>,
): Promise<Ratio> {
  const bytes = new Map<WebSocket, Buffer>()
  for (const socket of sockets)
    socket.send = ((data: Buffer) => void bytes.set(socket, data)) as WebSocket['send']
  ours.live.take(USD, newPrices(ours))
  for (const socket of sockets) Reflect.deleteProperty(socket, 'send')
  // The time that this process works: what else the machine does is neither's.
  const worked = async (work: () => void): Promise<number> => {
    const told = message(child, 'times')
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    await told
    return (user + system) / 1_000
  }
  const pairs: [number, number][] = []
  for (let pair = 0; pair < 11; pair++)
    pairs.push([
      await worked(() => void ours.live.take(USD, newPrices(ours))),
      await worked(() => {
        for (const [socket, data] of bytes) socket.send(data, { binary: false, compress: true })
      }),
    ])
  const [mine, theirs] = [pairs.slice(2).map(([own]) => own), pairs.slice(2).map(([, other]) => other)]
  return {
    ...{
      name: 'values anew and sends (CPU time)',
      against: 'the same bytes to the same sockets',
      limit: 1.5,
    },
    ratio: median(pairs.slice(2).map(([own, other]) => own / other)),
    ...{ oursMs: median(mine), referenceMs: median(theirs) },
  }
}

const at = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
const ms = (value: number) => `${value.toFixed(0)} ms`

type Found = {
  readonly openMs: number
  readonly perConnection: number
  readonly latencies: Awaited<ReturnType<typeof measured>>
  readonly ratio: Ratio
}

function summary({ openMs, perConnection, latencies: { all, last }, ratio }: Found): string[] {
  return [
    `${CLIENTS} clients connected and told a snapshot: ${(openMs / 1_000).toFixed(1)} s`,
    `memory of the server for each: ${(perConnection / 1_024).toFixed(1)} KB, its portfolio with it`,
    `from the prices' arrival to a client: p50 ${ms(at(all, 0.5))}, p95 ${ms(at(all, 0.95))}, p99 ${ms(at(all, 0.99))}`,
    `to the last of all: p50 ${ms(at(last, 0.5))}, worst of ${TICKS} ticks ${ms(at(last, 1))}`,
    `valuing anew and sending: ${ms(ratio.oursMs)}, ${ratio.ratio.toFixed(2)} times what the same bytes take`,
  ]
}

const [BEGIN, END] = ['<!-- bench: begin -->', '<!-- bench: end -->']

/** The figures, into the document between its marks. */
function writeDoc(rows: readonly string[]): void {
  const text = readFileSync(DOC, 'utf8')
  const [head = '', rest = ''] = text.split(BEGIN)
  const tail = rest.split(END)[1] ?? ''
  const where = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, clients in a second process on the same machine`
  const list = rows.map((row) => `- ${row}`).join('\n')
  writeFileSync(DOC, `${head}${BEGIN}\n\n${where}:\n\n${list}\n\n${END}${tail}`)
}
