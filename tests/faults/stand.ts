import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreOptions } from '#storage/open.ts'
import { openStore } from '#storage/open.ts'
import { startFerretDb } from '#tests/servers/ferretdb.ts'
import { startInfluxDb, type InfluxServer } from '#tests/servers/influxdb.ts'
import type { Toxiproxy } from '#tests/servers/toxiproxy-client.ts'
import { guard, type Guarded } from './guarded.ts'
import { newFolder, type Env } from './world.ts'

export type Kind = 'mongodb' | 'mongodb+influxdb'
/** The servers of one store that is nobody else's. */
export type Stand = {
  readonly kind: Kind
  readonly mongodb: Guarded
  readonly influxdb: Guarded<InfluxServer> | null
  /** Settings of a program whose way to the servers leads through the proxies. */
  readonly env: Env
  /** The store past the proxies. */
  readonly options: StoreOptions
  readonly remove: () => Promise<void>
}
type Options = {
  readonly kind: Kind
  readonly toxiproxy: Toxiproxy
  /** Data of servers that were ended, to begin with. */
  readonly from?: string
  /** Where the data of a server are to lie, in place of a folder of its own. */
  readonly folders?: Partial<Record<'mongodb' | 'influxdb', string>>
}

const DATABASE = 'faults'

export async function newStand({ kind, toxiproxy, from, folders = {} }: Options): Promise<Stand> {
  const home = newFolder()
  const folderOf = (name: 'mongodb' | 'influxdb') => {
    const folder = folders[name] ?? join(home, name)
    mkdirSync(folder, { recursive: true })
    if (from !== undefined && existsSync(join(from, name)))
      cpSync(join(from, name), folder, { recursive: true })
    return folder
  }
  const ends: (() => Promise<void>)[] = []
  const remove = async () => {
    for (const end of ends.reverse()) await end()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const mongodb = await guard(toxiproxy, startFerretDb({ folder: folderOf('mongodb') }))
    ends.push(mongodb.remove)
    const influxdb =
      kind === 'mongodb' ? null : await guard(toxiproxy, startInfluxDb({ folder: folderOf('influxdb') }))
    if (influxdb !== null) ends.push(influxdb.remove)
    return {
      kind,
      mongodb,
      influxdb,
      env: envOf(kind, mongodb, influxdb),
      options: optionsOf(kind, mongodb, influxdb),
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

const databaseAt = (url: string) => `${url.replace(/\/$/, '')}/${DATABASE}`

function envOf(kind: Kind, mongodb: Guarded, influxdb: Guarded<InfluxServer> | null): Env {
  const documents = { STORAGE: kind, MONGODB_URI: databaseAt(mongodb.proxy.through(mongodb.server.url)) }
  if (influxdb === null) return documents
  const { url, token, org, bucket } = influxdb.server
  const through = influxdb.proxy.through(url)
  return { ...documents, INFLUX_URL: through, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket }
}

function optionsOf(kind: Kind, mongodb: Guarded, influxdb: Guarded<InfluxServer> | null): StoreOptions {
  const mongodbUri = databaseAt(mongodb.server.url)
  if (influxdb === null) return { kind, mongodbUri }
  const { url, token, org, bucket } = influxdb.server
  return { kind, mongodbUri, influx: { url, token, org, bucket } }
}

/** Looks into the store, past the proxies, while no program runs. */
export async function lookInto<T>(
  stand: Stand,
  look: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore(stand.options)
  try {
    return await look(store)
  } finally {
    await store.close()
  }
}
