import { randomBytes } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { onTestFinished } from 'vitest'
import { openStore, type StoreOptions } from '#storage/open.ts'

export type ServerStore = Awaited<ReturnType<typeof openStore>>
type Options = Extract<StoreOptions, { kind: 'mongodb' | 'mongodb+influxdb' }>

/** The URI with another database in it. */
export function withDatabase(uri: string, name: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]*)(?:\/[^?]*)?(\?.*)?$/.exec(uri)
  if (parts === null) throw new Error(`no URI of MongoDB: ${uri}`)
  return `${parts[1]}/${name}${parts[2] ?? ''}`
}

/** A database of the running test, on a server that others use too; dropped when the test has ended. */
export function newDatabase(server: string): string {
  const uri = withDatabase(server, `tidemark-test-${randomBytes(6).toString('hex')}`)
  onTestFinished(async () => {
    await withDriver(uri, async (client) => void (await client.db().dropDatabase()))
  })
  return uri
}

/** Opens the store of a database for the running test; made when there is none. */
export async function openDatabase(uri: string, more: Partial<Options> = {}): Promise<ServerStore> {
  const store = await openStore({ kind: 'mongodb', mongodbUri: uri, create: true, guardMs: 1000, ...more })
  onTestFinished(() => store.close())
  return store
}

/** Does something past our store, with the bare driver. */
export async function withDriver<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await new MongoClient(uri).connect()
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}
