/** STORAGE=mongodb+influxdb, with InfluxDB behind a bad network, dying, full, or refusing. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { LONG } from './catalogue.ts'
import { diskFullOn, tokenRevokedOn } from './own-faults.ts'
import { faultsOf, sceneOf } from './suite.ts'

withPrivateServers('ferretdb', 'influxdb', 'toxiproxy').describe('STORAGE=mongodb+influxdb', () => {
  const scene = sceneOf('mongodb+influxdb')
  faultsOf(scene, 'influxdb')
  // The documents beside it: a crash between the two stores is what differs from STORAGE=mongodb.
  faultsOf(scene, 'mongodb', ({ name }) => LONG || name.includes('in a write, started again'))
  diskFullOn(scene, 'influxdb')
  tokenRevokedOn(scene)
})
