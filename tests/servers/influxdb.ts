import { join } from 'node:path'
import { getsOk } from './probe.ts'
import { startServer, type RunningServer, type ServerKind, type ServerOptions } from './running.ts'

export type InfluxSetup = { readonly token: string; readonly org: string; readonly bucket: string }
export type InfluxServer = RunningServer & InfluxSetup

const DEFAULTS: InfluxSetup = { token: 'tidemark-test-token', org: 'tidemark', bucket: 'tidemark' }

/**
 * Starts InfluxDB 2 and sets it up: one organisation, one bucket that keeps everything, one token that may do
 * everything. A folder that was set up before is taken as it is. Points that it has acknowledged survive its SIGKILL.
 */
export async function startInfluxDb(
  options: ServerOptions & Partial<InfluxSetup> = {},
): Promise<InfluxServer> {
  const { token = DEFAULTS.token, org = DEFAULTS.org, bucket = DEFAULTS.bucket } = options
  const server = await startServer(INFLUXDB, options)
  try {
    await setUp(server.url, { token, org, bucket })
  } catch (error) {
    await server.remove()
    throw error
  }
  // The server itself, not a copy: `pid` is read anew each time.
  return Object.assign(server, { token, org, bucket })
}

const INFLUXDB: ServerKind = {
  name: 'influxdb',
  argv: ({ port, folder }) => [
    ...['--bolt-path', join(folder, 'bolt.db'), '--sqlite-path', join(folder, 'sqlite.db')],
    ...['--engine-path', join(folder, 'engine'), '--store', 'disk'],
    ...['--http-bind-address', `127.0.0.1:${port}`, '--reporting-disabled', '--ui-disabled'],
  ],
  url: (port) => `http://127.0.0.1:${port}`,
  answers: (port) => getsOk(`http://127.0.0.1:${port}/health`),
}

async function setUp(url: string, { token, org, bucket }: InfluxSetup): Promise<void> {
  const asked = await fetch(`${url}/api/v2/setup`)
  const { allowed } = (await asked.json()) as { allowed: boolean }
  if (!allowed) return
  const body = {
    username: 'admin',
    password: 'tidemark-admin',
    token,
    org,
    bucket,
    retentionPeriodSeconds: 0,
  }
  const response = await fetch(`${url}/api/v2/setup`, { method: 'POST', body: JSON.stringify(body) })
  if (response.status !== 201)
    throw new Error(`InfluxDB's first set-up answered ${response.status}: ${await response.text()}`)
}
