import { randomBytes } from 'node:crypto'
import { Binary, MongoClient, type Collection, type CommandStartedEvent } from 'mongodb'
import type { Hour } from '#core/hour.ts'
import { monthsBetween, type Month } from '#core/month.ts'
import { givenAddress } from '#tests/servers/addresses.ts'
import { startFerretDb } from '#tests/servers/ferretdb.ts'
import { median, timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { USD, assetName, candleRun, walk } from '#tests/bench/years.ts'
import { encodeChunk } from '../rows/chunk-blob.ts'
import { openStore } from '../open.ts'
import { connect, GUARD_MS, releaseClient, type Server } from './connect.ts'
import { inWidth, perMessage, pieces } from './documents.ts'

/** A hundred take minutes on FerretDB, which turns every document into JSON; the ratio is the same. */
const ASSETS = 40
const FROM = Date.UTC(2025, 0, 1) as Hour
const TO = Date.UTC(2026, 0, 1) as Hour
const HOURS = (TO - FROM) / 3_600_000
const MONTHS = monthsBetween(FROM, TO - 1)
/** Assets stored together, as a run of `backfill` does with the answers that arrive side by side. */
const TOGETHER = 5

type Bare = { readonly _id: string; readonly data: Binary | Buffer }

export const benches: Bench[] = [
  {
    name: `Candles of ${ASSETS} assets × one year in MongoDB`,
    async run() {
      const given = givenAddress('mongodb')
      const own = given === null ? await startFerretDb() : null
      const uri = new URL(own?.url ?? given?.uri ?? '')
      uri.pathname = `/tidemark-bench-${randomBytes(4).toString('hex')}`
      uri.searchParams.set('monitorCommands', 'true')
      const bare = await new MongoClient(uri.href, {
        writeConcern: { w: 'majority', journal: true },
      }).connect()
      try {
        return await measured(uri.href, bare)
      } finally {
        await bare.db().dropDatabase()
        await bare.close()
        await own?.remove()
      }
    },
  },
]

async function measured(uri: string, bare: MongoClient): Promise<Ratio[]> {
  const store = await openStore({ kind: 'mongodb', mongodbUri: uri, create: true })
  const server = await connect(uri, GUARD_MS) // the same client as the store's
  const commands = countedCommands(server)
  const plain = bare.db().collection<Bare>('bare')
  const year = { quote: USD, from: MONTHS[0] as Month, to: MONTHS.at(-1) as Month }
  const times = {
    write: [] as number[],
    bareWrite: [] as number[],
    read: [] as number[],
    bareRead: [] as number[],
  }
  // Groups in turn, ours and bare, so that a server that slows down slows both.
  for (let asset = 0; asset < ASSETS; asset += TOGETHER) {
    const writes = Array.from({ length: TOGETHER }, (_, index) => ({
      run: candleRun(assetName(asset + index), FROM, walk(HOURS, asset + index + 1)),
      suspects: [],
      gaps: [],
    }))
    times.write.push(await timed(() => store.writePrices(writes)))
    const chunks = await commands.paused(() =>
      store.chunks({ assets: writes.map(({ run }) => run.asset), ...year }),
    )
    const documents = chunks.map((chunk) => ({
      _id: `${chunk.asset} ${chunk.month}`,
      data: new Binary(encodeChunk(chunk)),
    }))
    times.bareWrite.push(await timed(() => bareWrite(server, plain, documents)))
  }
  const writing = commands.take()
  for (let asset = 0; asset < ASSETS; asset += TOGETHER) {
    const assets = Array.from({ length: TOGETHER }, (_, index) => assetName(asset + index))
    const ids = assets.flatMap((name) => MONTHS.map((month) => `${name} ${month}`))
    times.read.push(await timed(() => store.chunks({ assets, ...year })))
    times.bareRead.push(await timed(() => bareRead(server, plain, ids)))
  }
  const reading = commands.take()
  await releaseClient(uri)
  await store.close()
  const ratio = (ours: number[], other: number[]) =>
    median(ours.map((ms, at) => ms / (other[at] as number)).slice(1)) // the first pair warms up
  const shared = { limit: 1.3 } as const
  return [
    {
      ...shared,
      name: `write (${server.version})`,
      against:
        'the bare driver, one upsert for each asset and month with the same bytes, as many in a message',
      ratio: ratio(times.write, times.bareWrite),
      oursMs: median(times.write),
      referenceMs: median(times.bareWrite),
      notes: told(writing),
    },
    {
      ...shared,
      name: 'read the whole year',
      against: 'the bare driver, the same documents by their ids',
      ratio: ratio(times.read, times.bareRead),
      oursMs: median(times.read),
      referenceMs: median(times.bareRead),
      notes: told(reading),
    },
  ]
}

async function bareWrite(server: Server, plain: Collection<Bare>, documents: readonly Bare[]) {
  for (const some of pieces(documents, perMessage(server)))
    await plain.bulkWrite(
      some.map(({ _id, data }) => ({ replaceOne: { filter: { _id }, replacement: { data }, upsert: true } })),
      { ordered: false },
    )
}

async function bareRead(server: Server, plain: Collection<Bare>, ids: readonly string[]) {
  if (server.atomic) return void (await plain.find({ _id: { $in: [...ids] } }).toArray())
  await inWidth(ids, 8, async (_id) => void (await plain.findOne({ _id })))
}

type Counts = Map<string, number>

/** Operations of our store by collection and kind: documents written, questions asked. */
function countedCommands({ client }: Server) {
  let counts: Counts = new Map()
  let counting = true
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (!counting || !['find', 'insert', 'update', 'delete'].includes(commandName)) return
    const of = command as Record<string, unknown[]>
    const parts = of['documents'] ?? of['updates'] ?? of['deletes'] ?? [null]
    const name = `${String(command[commandName])}: ${commandName}`
    counts.set(name, (counts.get(name) ?? 0) + parts.length)
  })
  return {
    take(): Counts {
      const taken = counts
      counts = new Map()
      return taken
    },
    async paused<T>(work: () => Promise<T>): Promise<T> {
      counting = false
      try {
        return await work()
      } finally {
        counting = true
      }
    },
  }
}

function told(counts: Counts): string[] {
  const stored = ASSETS * MONTHS.length
  return [...counts]
    .sort()
    .map(([name, count]) => `${name} ${count}, ${(count / stored).toFixed(2)} for each stored month`)
}
