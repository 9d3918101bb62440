/** STORAGE=mongodb+influxdb, with InfluxDB behind a bad network, dying, full, or refusing. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { diskFullOn, tokenRevokedOn } from './own-faults.ts'
import { faultsOf, sceneOf } from './suite.ts'

withPrivateServers('ferretdb', 'influxdb', 'toxiproxy').describe('STORAGE=mongodb+influxdb', () => {
  const scene = sceneOf('mongodb+influxdb')
  faultsOf(scene, 'influxdb')
  diskFullOn(scene, 'influxdb')
  tokenRevokedOn(scene)
})
