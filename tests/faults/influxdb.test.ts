/** STORAGE=mongodb+influxdb, with either of its servers behind a bad network or dying. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { faultsOf, sceneOf } from './suite.ts'

withPrivateServers('ferretdb', 'influxdb', 'toxiproxy').describe('STORAGE=mongodb+influxdb', () => {
  faultsOf(sceneOf('mongodb+influxdb'), 'influxdb')
})
