import { TidemarkError } from '#core/errors.ts'
import type { SnapshotStore } from '#pipeline/ports.ts'
import type { ContentStore } from '../copy.ts'
import type { InfluxChunkData } from '../influxdb/chunk-data.ts'
import type { InfluxPublication } from '../influxdb/publication.ts'
import { contentHash } from '../rows/content.ts'
import { coinStore } from './coins.ts'
import { connect, GUARD_MS, releaseClient, type Server } from './connect.ts'
import { placeOf } from './place.ts'
import { documentChunks } from './chunks.ts'
import type { ChunkData } from './chunk-data.ts'
import { serverError } from './errors.ts'
import { inOurWords } from './in-our-words.ts'
import { repairAll } from './intents.ts'
import type { ServerOptions } from './open.ts'
import { editStore } from './flow-edits.ts'
import { flowStore } from './flows.ts'
import { bookStore } from './books.ts'
import { pnlStore } from './pnl.ts'
import { portfolioStore } from './portfolios.ts'
import { priceStore } from './prices.ts'
import { recordStore } from './records.ts'
import { runStore } from './runs.ts'
import { ensureSchema, storedVersion } from './schema.ts'
import { seriesStore } from './series.ts'
import { snapshotStore } from './snapshots.ts'

/**
 * The store on servers: documents in MongoDB, the columns of chunks there too or in InfluxDB.
 * @throws TidemarkError as `openStore` says, and CREDENTIAL_REFUSED for a user, password or right that is refused
 */
export async function openServers(options: ServerOptions): Promise<ContentStore> {
  const place = placeOf(options.mongodbUri)
  const readOnly = options.readOnly === true
  try {
    const server = await connect(options.mongodbUri, options.guardMs ?? GUARD_MS)
    try {
      await ensureSchema(server, options.create === true && !readOnly)
      const data = await openData(server, options)
      if (!readOnly) await repairAll(server, data)
      return inOurWords(storeOf(server, data, options), place, readOnly)
    } catch (error) {
      await releaseClient(options.mongodbUri)
      throw error
    }
  } catch (error) {
    throw serverError(error, place)
  }
}

type OpenData = ChunkData & {
  readonly close?: () => Promise<void>
  readonly stats?: InfluxChunkData['stats']
  /** What dashboards read beside the candles. */
  readonly publication?: InfluxPublication
}

async function openData(
  server: Server,
  { kind, influx, create, readOnly }: ServerOptions,
): Promise<OpenData> {
  if (kind === 'mongodb') return documentChunks(server)
  if (influx === undefined) throw influxMissing()
  const { ensureInflux } = await import('../influxdb/ensure.ts')
  const { createInfluxChunkData } = await import('../influxdb/chunk-data.ts')
  await ensureInflux(influx, { create: create === true && readOnly !== true })
  return createInfluxChunkData(influx)
}

function influxMissing(): TidemarkError {
  return new TidemarkError('CONFIG_INVALID', {
    message: 'STORAGE=mongodb+influxdb needs the address of InfluxDB, and none was given.',
    fix: 'Set INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG, or STORAGE=mongodb.',
  })
}

function storeOf(server: Server, data: OpenData, { mongodbUri, readOnly }: ServerOptions): ContentStore {
  const publication = readOnly === true ? undefined : data.publication
  const store: ContentStore = {
    ...(publication === undefined ? {} : { publication }),
    ...seriesStore(server, data),
    ...priceStore(server, data),
    ...coinStore(server),
    ...portfolioStore(server),
    ...bookStore(server),
    ...flowStore(server),
    ...editStore(server),
    ...recordStore(server),
    ...pnlStore(server),
    ...publishing(snapshotStore(server), publication),
    ...runStore(server),
    // Care is loaded when it is asked for: most commands open the store to read it.
    async verify() {
      const report = await (await import('./care/verify.ts')).verifyServer(server, data)
      return { ...report, damage: [...report.damage, ...((await data.publication?.damage()) ?? [])] }
    },
    backup: async (file) => (await import('./care/backup.ts')).backupServer(store, file),
    canonicalHash: async () => contentHash((await import('./care/source.ts')).rowSource(server, data)),
    stats: async () => ({
      ...(await (await import('./care/stats.ts')).serverStats(server)),
      ...(await data.stats?.()),
    }),
    schemaVersion: async () => Number(await storedVersion(server)),
    // The server tells nobody that something has changed, short of a change stream on a replica set.
    changeMark: () => String(Math.floor(Date.now() / 2_000)),
    content: {
      source: async () => (await import('./care/source.ts')).rowSource(server, data),
      target: async () => (await import('./care/target.ts')).rowTarget(server, data),
    },
    async close() {
      await data.close?.()
      await releaseClient(mongodbUri)
    },
  }
  return store
}

/** Snapshots are stored first, then shown: what is shown can be made again. */
function publishing(snapshots: SnapshotStore, publication: InfluxPublication | undefined): SnapshotStore {
  if (publication === undefined) return snapshots
  return {
    ...snapshots,
    async writeSnapshots(rows) {
      const counts = await snapshots.writeSnapshots(rows)
      await publication.publishValues(rows)
      return counts
    },
  }
}
