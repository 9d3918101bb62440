import type { Collection, IndexDescription } from 'mongodb'
import { TidemarkError } from '#core/errors.ts'
import { metaTable } from '../rows/coins.ts'
import type { Server } from './connect.ts'
import { fromDocument, toDocument, type Document } from './documents.ts'
import { isDuplicate, newerError, notInitialisedError, serverError } from './errors.ts'

const SCHEMA = 1

/**
 * Every collection, with the indexes that questions beside those for an `_id` use. All are plain and ascending, and
 * begin with what a cluster would be sharded by (docs/decisions/0013).
 */
export const COLLECTIONS = {
  meta: [],
  series: [{ asset: 1, quote: 1 }],
  chunks: [],
  intents: [],
  coins: [{ asset: 1 }],
  tokens: [{ asset: 1, chain: 1, contract: 1 }],
  portfolios: [{ owner: 1, name: 1 }],
  books: [{ owner: 1, book: 1 }],
  flows: [
    { owner: 1, book: 1, time: 1, id: 1, since: 1 },
    { owner: 1, tx: 1 },
  ],
  balances: [{ owner: 1, wallet: 1, chain: 1, asset: 1, time: 1 }],
  record_heads: [],
  records: [{ owner: 1, kind: 1, key: 1, since: 1 }],
  pnl_heads: [],
  pnl_months: [{ owner: 1, portfolio: 1, quote: 1, month: 1 }],
  batches: [{ owner: 1, portfolio: 1, quote: 1, month: 1, asset: 1, wallet: 1, chain: 1 }],
  snapshots: [
    { owner: 1, portfolio: 1, time: 1 },
    { time: 1, owner: 1, portfolio: 1 },
  ],
  runs: [{ started: 1, id: 1 }, { id: 1 }],
  leases: [],
  usage: [{ provider: 1, month: 1 }],
  guards: [],
} as const satisfies Record<string, readonly IndexDescription['key'][]>
export type CollectionName = keyof typeof COLLECTIONS

/** A collection of this store, by its name in the schema. */
export function collectionOf<D extends { _id: string } = Document>(
  server: Server,
  name: CollectionName,
): Collection<D> {
  return server.db.collection<D>(name)
}

/** Makes what is not there of the collections and indexes, then the document that says so; twice is as good as once. */
async function createSchema(server: Server): Promise<void> {
  const present = await server.db.listCollections({}, { nameOnly: true }).toArray()
  const names = new Set(present.map(({ name }) => name))
  for (const [name, keys] of Object.entries(COLLECTIONS)) {
    if (!names.has(name)) await server.db.createCollection(name).catch(unlessThere)
    // One at a time: FerretDB breaks off at several of which one is there.
    for (const key of keys) await server.db.collection(name).createIndex({ ...key })
  }
  const document = toDocument(metaTable, { key: 'schema', value: String(SCHEMA) })
  await collectionOf(server, 'meta')
    .insertOne(document)
    .catch((error: unknown) => {
      // Two made the store at once.
      if (!isDuplicate(error)) throw error
    })
}

/** What an administrator runs in mongosh where this user may not make collections and indexes. */
function stepsByHand({ database }: Server): string[] {
  const steps = Object.entries(COLLECTIONS).map(([name, keys]) => {
    const indexes = keys.map((key) => JSON.stringify(key)).join(', ')
    const make = `db.createCollection("${name}")`
    return keys.length === 0 ? make : `${make}; db.${name}.createIndexes([${indexes}])`
  })
  return [`use ${database}`, ...steps]
}

/** The version of the store, or null when there is none. */
export async function storedVersion(server: Server): Promise<string | null> {
  const document = await collectionOf(server, 'meta').findOne({ _id: 'schema' })
  return document === null ? null : fromDocument(server, metaTable, document).value
}

/** @throws TidemarkError NOT_INITIALISED, STORE_NEWER */
export async function ensureSchema(server: Server, create: boolean): Promise<void> {
  const version = await storedVersion(server)
  if (version === null && !create) throw notInitialisedError(server)
  if (version !== null && Number(version) > SCHEMA) throw newerError(server, version, SCHEMA)
  if (!create) return
  try {
    await createSchema(server)
  } catch (error) {
    throw withSteps(serverError(error, server), server)
  }
}

function withSteps(error: unknown, server: Server): unknown {
  if (!(error instanceof TidemarkError) || error.code !== 'CREDENTIAL_REFUSED') return error
  return new TidemarkError('CREDENTIAL_REFUSED', {
    message: error.message,
    faults: stepsByHand(server),
    fix: `${error.fix}. Or have an administrator run the lines above in mongosh, then run this again.`,
  })
}

const NAMESPACE_EXISTS = 48

function unlessThere(error: unknown): void {
  if ((error as { code?: unknown }).code !== NAMESPACE_EXISTS) throw error
}
