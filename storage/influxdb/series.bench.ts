import { Agent, request } from 'node:http'
import type { Chunk } from '#core/candle.ts'
import { emptyChunk, mergeRun } from '#core/merge.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { monthsBetween, type Month } from '#core/month.ts'
import { compare, type Bench } from '#tests/bench/measure.ts'
import { USD, assetName, candleRun, walk } from '#tests/bench/years.ts'
import { startInfluxDb, type InfluxServer } from '#tests/servers/influxdb.ts'
import type { InfluxOptions } from '../mongodb/open.ts'
import { candleLines, presentHours } from './candle-points.ts'
import { readScript, spansOf } from './candle-read.ts'
import { createInfluxChunkData } from './chunk-data.ts'
import { ensureInflux } from './ensure.ts'

const ASSETS = 100
const PAIRS = 2
const FROM = Date.UTC(2025, 0, 1) as Hour
const TO = Date.UTC(2026, 0, 1) as Hour
const MONTHS = monthsBetween(FROM, TO - 1)

/** A year of an asset as chunks. */
function yearOf(asset: number): Chunk[] {
  const run = candleRun(assetName(asset), FROM, walk((TO - FROM) / HOUR_MS, asset + 1))
  return MONTHS.map((month: Month) => mergeRun(emptyChunk({ ...run, quote: USD, month }), run).chunk)
}

/** What is measured against: HTTP and nothing else, on connections that are kept, four at a time. */
class Plain {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 })
  private readonly options: InfluxOptions

  constructor(options: InfluxOptions) {
    this.options = options
  }

  send(path: string, body: string, type: string): Promise<string> {
    const { url, token } = this.options
    const headers = { authorization: `Token ${token}`, 'content-type': type, accept: 'application/csv' }
    return new Promise((resolve, reject) => {
      const asked = request(`${url}${path}`, { method: 'POST', agent: this.agent, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if ((response.statusCode ?? 500) < 300) resolve(text)
          else reject(new Error(text))
        })
        response.on('error', reject)
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  async fourAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const left = items.values()
    const worker = async () => {
      for (const item of left) await work(item)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }

  close(): void {
    this.agent.destroy()
  }
}

export const benches: Bench[] = [
  {
    name: `Candles of ${ASSETS} assets × one year in InfluxDB`,
    async run() {
      const server = await startInfluxDb()
      try {
        return await measured(server)
      } finally {
        await server.remove()
      }
    },
  },
]

async function measured(server: InfluxServer) {
  const chunks = Array.from({ length: ASSETS }, (_, asset) => yearOf(asset)).flat()
  const batches = linesOf(chunks)
  const changes = chunks.map((after) => ({ before: emptyChunk(after), after, slot: 0, fence: 1 }))
  const refs = chunks.map((chunk) => ({ ...chunk, slot: 0 }))
  let bucket = 0
  let options: InfluxOptions = server
  const fresh = async () => {
    options = { ...server, bucket: `bench-${bucket++}` }
    await ensureInflux(options, { create: true })
  }
  const ours = async () => {
    await createInfluxChunkData(options).write(changes)
  }
  const plain = new Plain(server)
  const write = await compare(
    {
      name: 'write, and know that it is there',
      against: 'the same lines by bare HTTP, four requests at a time',
      limit: 1.3,
    },
    ours,
    () =>
      plain.fourAtATime(batches, async (batch) => {
        await plain.send(
          `/api/v2/write?org=${options.org}&bucket=${options.bucket}&precision=s`,
          batch,
          'text/plain',
        )
      }),
    { pairs: PAIRS, warmups: 0, between: fresh },
  )
  const scripts = spansOf(chunks).map((span) => readScript(options.bucket, span))
  const read = await compare(
    {
      name: 'read the whole year',
      against: 'the answers in CSV to the same queries, split and made numbers of',
      limit: 1.5,
      notes: [`${scripts.length} queries for ${chunks.length} months`],
    },
    () => createInfluxChunkData(options).read(refs),
    () =>
      plain.fourAtATime(scripts, async (query) => {
        const body = JSON.stringify({ query, type: 'flux', dialect: { header: true, annotations: [] } })
        numbersOf(await plain.send(`/api/v2/query?org=${options.org}`, body, 'application/json'))
      }),
    { pairs: PAIRS, warmups: 0 },
  )
  plain.close()
  return [write, read]
}

/** The lines of all chunks in batches as large as ours. */
function linesOf(chunks: readonly Chunk[]): string[] {
  const lines = chunks.flatMap((chunk) => candleLines(chunk, presentHours(chunk)))
  const batches: string[] = []
  for (let at = 0; at < lines.length; at += 5000) batches.push(lines.slice(at, at + 5000).join('\n'))
  return batches
}

function numbersOf(csv: string): number {
  let sum = 0
  for (const line of csv.split('\r\n')) {
    const cells = line.split(',')
    const time = Date.parse(cells[3] ?? '')
    for (let at = 4; at < cells.length; at++) sum += Number(cells[at]) || 0
    sum += time || 0
  }
  return sum
}
