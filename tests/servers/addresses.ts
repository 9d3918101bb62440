import { startFerretDb } from './ferretdb.ts'
import { startInfluxDb, type InfluxSetup } from './influxdb.ts'
import type { ServerName } from './places.ts'
import { startRedis } from './redis.ts'
import type { RunningServer, ServerOptions } from './running.ts'
import { startToxiproxy } from './toxiproxy.ts'
import { startVictoriaMetrics } from './victoria-metrics.ts'

/** What a client needs to know of each server, by the protocol that it speaks. */
export type Addresses = {
  readonly mongodb: { readonly uri: string }
  readonly influxdb: InfluxSetup & { readonly url: string }
  readonly redis: { readonly url: string }
  readonly 'victoria-metrics': { readonly url: string }
  readonly toxiproxy: { readonly url: string }
}
export type Service = keyof Addresses

/** Variables that name a server to test against, in place of one that the tests start. */
const VARIABLES = {
  mongodb: { uri: 'TIDEMARK_TEST_MONGODB_URI' },
  influxdb: {
    url: 'TIDEMARK_TEST_INFLUX_URL',
    token: 'TIDEMARK_TEST_INFLUX_TOKEN',
    org: 'TIDEMARK_TEST_INFLUX_ORG',
    bucket: 'TIDEMARK_TEST_INFLUX_BUCKET',
  },
  redis: { url: 'TIDEMARK_TEST_REDIS_URL' },
  'victoria-metrics': { url: 'TIDEMARK_TEST_VICTORIA_METRICS_URL' },
  toxiproxy: { url: 'TIDEMARK_TEST_TOXIPROXY_URL' },
} as const satisfies { [S in Service]: Record<keyof Addresses[S], string> }

export const SERVICES = Object.keys(VARIABLES) as Service[]

/** Who plays a service where no variable names one. */
export function playerOf(service: Service): ServerName {
  return service === 'mongodb' ? 'ferretdb' : service
}

/**
 * The address that the environment gives, or null.
 * @throws Error when it gives a part of it only
 */
export function givenAddress<S extends Service>(service: S, env = process.env): Addresses[S] | null {
  const variables: [string, string][] = Object.entries(VARIABLES[service])
  const missing = variables
    .filter(([, variable]) => (env[variable] ?? '') === '')
    .map(([, variable]) => variable)
  if (missing.length === variables.length) return null
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} missing: ${service} needs all of its variables or none`)
  return Object.fromEntries(variables.map(([field, variable]) => [field, env[variable]])) as Addresses[S]
}

/** The variables that name these servers to tests, and, under the program's own names, to the program. */
export function environmentOf(addresses: Partial<Addresses>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const service of SERVICES) {
    const address = (addresses[service] ?? {}) as Record<string, string>
    for (const [field, variable] of Object.entries<string>(VARIABLES[service]))
      if (address[field] !== undefined) found[variable] = address[field]
  }
  const { mongodb, influxdb, redis } = addresses
  if (mongodb !== undefined) found['MONGODB_URI'] = `${mongodb.uri}tidemark`
  if (influxdb !== undefined) {
    for (const [field, value] of Object.entries(influxdb)) found[`INFLUX_${field.toUpperCase()}`] = value
  }
  if (redis !== undefined) found['REDIS_URL'] = redis.url
  return found
}

export type Started = { readonly server: RunningServer; readonly addresses: Partial<Addresses> }

/** Starts the server that plays a service. */
export async function startService(service: Service, options: ServerOptions = {}): Promise<Started> {
  if (service === 'influxdb') {
    const server = await startInfluxDb(options)
    const { url, token, org, bucket } = server
    return { server, addresses: { influxdb: { url, token, org, bucket } } }
  }
  const server = await STARTS[service](options)
  return {
    server,
    addresses: { [service]: service === 'mongodb' ? { uri: server.url } : { url: server.url } },
  }
}

const STARTS = {
  mongodb: startFerretDb,
  redis: startRedis,
  'victoria-metrics': startVictoriaMetrics,
  toxiproxy: startToxiproxy,
} as const
