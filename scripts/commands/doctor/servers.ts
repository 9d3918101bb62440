import type { Config } from '#config/config.ts'
import { fail, ok, type Finding } from './check.ts'

/** The servers that `STORAGE` names: versions, rights, clocks, durability, retention. Nothing there is changed. */
export async function checkServers(config: Config): Promise<Finding[]> {
  if (config.storage === 'embedded' || config.mongodbUri === null) return []
  const { inspectMongo } = await import('#storage/mongodb/inspect.ts')
  const mongodb = await inspectMongo(config.mongodbUri)
  const influxdb = config.storage === 'mongodb' ? [] : await checkInflux(config)
  return [...mongodb, ...influxdb].map(({ check, ok: good, found, fix }) =>
    good ? ok(check, found) : fail(check, found, fix ?? ''),
  )
}

async function checkInflux({ influx: { url, token, org, bucket } }: Config) {
  if (url === null || token === null || org === null) return []
  const { inspectInflux } = await import('#storage/influxdb/inspect.ts')
  return inspectInflux({ url, token, org, bucket })
}
