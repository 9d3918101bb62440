import type { ContentStore } from '../copy.ts'
import { coinStore } from './coins.ts'
import { connect, GUARD_MS, placeOf, releaseClient, type Server } from './connect.ts'
import { documentChunks } from './chunks.ts'
import type { ChunkData } from './chunk-data.ts'
import { openedForReading, serverError, type Place } from './errors.ts'
import { repairAll } from './intents.ts'
import type { ServerOptions } from './open.ts'
import { pnlStore } from './pnl.ts'
import { portfolioStore } from './portfolios.ts'
import { priceStore } from './prices.ts'
import { runStore } from './runs.ts'
import { ensureSchema, SCHEMA } from './schema.ts'
import { seriesStore } from './series.ts'

/**
 * The store on servers: documents in MongoDB, the columns of chunks there too or in InfluxDB.
 * @throws TidemarkError as `openStore` says, and CREDENTIAL_REFUSED for a user, password or right that is refused
 */
export async function openServers(options: ServerOptions): Promise<ContentStore> {
  const place = placeOf(options.mongodbUri)
  try {
    const server = await connect(options.mongodbUri, options.guardMs ?? GUARD_MS)
    try {
      await ensureSchema(server, options.create === true && options.readOnly !== true)
      const data = documentChunks(server)
      if (options.readOnly !== true) await repairAll(server, data)
      return inOurWords(storeOf(server, data, options), place, options.readOnly === true)
    } catch (error) {
      await releaseClient(options.mongodbUri)
      throw error
    }
  } catch (error) {
    throw serverError(error, place)
  }
}

function storeOf(server: Server, data: ChunkData, { mongodbUri }: ServerOptions): ContentStore {
  return {
    ...seriesStore(server, data),
    ...priceStore(server, data),
    ...coinStore(server),
    ...portfolioStore(server),
    ...pnlStore(server),
    ...runStore(server),
    schemaVersion: async () => SCHEMA,
    close: () => releaseClient(mongodbUri),
  } as unknown as ContentStore
}

const WRITES = /^(write|import|cover|decide|acquire|renew|release|add)/

/** Every method with the driver's errors in the project's words; those that write refuse a store opened for reading. */
function inOurWords<T extends object>(store: T, place: Place, readOnly: boolean): T {
  const methods = Object.entries(store).map(([name, method]) => {
    if (typeof method !== 'function') return [name, method] as const
    const call = method as (...args: unknown[]) => Promise<unknown>
    const wrapped = async (...args: unknown[]) => {
      if (readOnly && WRITES.test(name)) throw openedForReading(place)
      try {
        return await call(...args)
      } catch (error) {
        throw serverError(error, place)
      }
    }
    return [name, wrapped] as const
  })
  return Object.fromEntries(methods) as T
}
