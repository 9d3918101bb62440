import { MongoClient, type Db, type MongoClientOptions } from 'mongodb'
import { uriError } from './errors.ts'
import { placeOf, type Place } from './place.ts'
import { Turns } from './turns.ts'

/** A connected server, and what it can do. */
export type Server = Place & {
  readonly client: MongoClient
  readonly db: Db
  /**
   * FerretDB finds and writes in two steps and looks up quickly only what is asked for by one `_id`; MongoDB does both
   * in one step and has indexes.
   */
  readonly atomic: boolean
  readonly transactions: boolean
  readonly version: string
  /** How long a guard stands still before others take it for dead, in milliseconds. */
  readonly guardMs: number
  readonly turns: Turns
  /** The newest fence known of a head, so that most guards are taken without reading it first. */
  readonly fences: Map<string, number>
}

export const GUARD_MS = 8000

/**
 * Connects to the server and asks it what it is. All stores of a process that name the same URI share one client.
 * @throws the driver's errors; CONFIG_INVALID for a URI that is none
 */
export async function connect(uri: string, guardMs: number): Promise<Server> {
  const client = await sharedClient(uri)
  const place = placeOf(uri)
  const db = client.db(place.database)
  try {
    const [hello, build] = await Promise.all([db.command({ hello: 1 }), db.command({ buildInfo: 1 })])
    const ferret = typeof build['ferretdbVersion'] === 'string'
    return {
      client,
      db,
      ...place,
      atomic: !ferret,
      transactions: !ferret && (typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid'),
      version: `${ferret ? 'FerretDB as ' : ''}MongoDB ${String(build['version'])}`,
      guardMs,
      turns: new Turns(),
      fences: new Map(),
    }
  } catch (error) {
    await releaseClient(uri)
    throw error
  }
}

type Shared = { readonly connecting: Promise<MongoClient>; users: number }
const clients = new Map<string, Shared>()

async function sharedClient(uri: string): Promise<MongoClient> {
  const known = clients.get(uri) ?? { connecting: connected(uri), users: 0 }
  clients.set(uri, known)
  known.users++
  try {
    return await known.connecting
  } catch (error) {
    clients.delete(uri)
    throw error
  }
}

/** Closes the client of a URI when its last store is closed. */
export async function releaseClient(uri: string): Promise<void> {
  const known = clients.get(uri)
  if (known === undefined || --known.users > 0) return
  clients.delete(uri)
  await (await known.connecting).close()
}

async function connected(uri: string): Promise<MongoClient> {
  const client = made(uri)
  try {
    return await client.connect()
  } catch (error) {
    await client.close()
    throw error
  }
}

function made(uri: string): MongoClient {
  const limits: MongoClientOptions = {
    timeoutMS: 30_000,
    serverSelectionTimeoutMS: 5000,
    connectTimeoutMS: 5000,
    maxPoolSize: 16,
    retryWrites: true,
    retryReads: true,
  }
  // A limit that the URI names is meant.
  const own = Object.entries(limits).filter(([name]) => !new RegExp(`[?&]${name}=`, 'i').test(uri))
  try {
    return new MongoClient(uri, {
      ...Object.fromEntries(own),
      appName: 'tidemark',
      // Nothing is reported as stored before it is on the disks of a majority.
      writeConcern: { w: 'majority', journal: true },
      promoteBuffers: true,
      ignoreUndefined: false,
    })
  } catch (error) {
    throw uriError(error)
  }
}
