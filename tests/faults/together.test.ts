/** Two runs at once, runs that were killed, and clocks that are off, on stores of servers. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { sceneOf } from './suite.ts'
import { togetherOn } from './together.ts'

withPrivateServers('ferretdb', 'toxiproxy').describe('STORAGE=mongodb', () => {
  togetherOn(sceneOf('mongodb'))
})
withPrivateServers('ferretdb', 'influxdb', 'toxiproxy').describe('STORAGE=mongodb+influxdb', () => {
  togetherOn(sceneOf('mongodb+influxdb'))
})
