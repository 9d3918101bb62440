import { expect, test } from 'vitest'
import { withServers } from './in-tests.ts'
import { getsOk } from './probe.ts'

const servers = withServers('mongodb', 'influxdb', 'redis', 'victoria-metrics', 'toxiproxy')

servers.describe('servers that all tests share', () => {
  test('are started once, and answer', async () => {
    const all = await servers.addresses()
    expect(await servers.addresses()).toEqual(all)
    expect(await getsOk(`${all.influxdb.url}/health`)).toBe(true)
  })
})
