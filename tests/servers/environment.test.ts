import { afterEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { environmentOf, givenAddress, SERVICES, type Addresses } from './addresses.ts'
import { reasonToSkip } from './in-tests.ts'

afterEach(() => vi.unstubAllEnvs())

const addresses: Addresses = {
  mongodb: { uri: 'mongodb://127.0.0.1:1/' },
  influxdb: { url: 'http://127.0.0.1:2', token: 't', org: 'o', bucket: 'b' },
  redis: { url: 'redis://127.0.0.1:3' },
  'victoria-metrics': { url: 'http://127.0.0.1:4' },
  toxiproxy: { url: 'http://127.0.0.1:5' },
}

test('what is printed names the same servers to the tests', () => {
  const env = environmentOf(addresses)
  for (const service of SERVICES) expect(givenAddress(service, env)).toEqual(addresses[service])
})

test('what is printed has the names that the program reads', () => {
  expect(environmentOf(addresses)).toMatchObject({
    MONGODB_URI: 'mongodb://127.0.0.1:1/tidemark',
    INFLUX_URL: 'http://127.0.0.1:2',
    INFLUX_TOKEN: 't',
    INFLUX_ORG: 'o',
    INFLUX_BUCKET: 'b',
    REDIS_URL: 'redis://127.0.0.1:3',
  })
})

test('a server of which nothing is named is ours to start; one named by half is an error', () => {
  expect(givenAddress('influxdb', {})).toBeNull()
  expect(() => givenAddress('influxdb', { TIDEMARK_TEST_INFLUX_URL: 'http://db:8086' })).toThrow(
    /TIDEMARK_TEST_INFLUX_TOKEN, TIDEMARK_TEST_INFLUX_ORG, TIDEMARK_TEST_INFLUX_BUCKET missing/,
  )
})

test('absent servers are named with the command that brings them; in CI they are a failure', () => {
  vi.stubEnv('TIDEMARK_SERVERS_DIR', temporaryFolder())
  vi.stubEnv('PATH', '')
  vi.stubEnv('CI', undefined)
  expect(reasonToSkip([])).toBeNull()
  expect(reasonToSkip(['ferretdb', 'redis'])).toMatch(
    /ferretdb 1\.24\.2 is not built: run "npm run servers -- build"; redis is not installed: .*apt-get install redis-server/,
  )
  vi.stubEnv('CI', 'true')
  expect(() => reasonToSkip(['influxdb'])).toThrow(/CI needs every server: influxdb 2\.9\.1 is not built/)
})
