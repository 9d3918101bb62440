/** STORAGE=mongodb through a bad network, on a server that dies, and on a disk that is full. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { diskFullOn } from './own-faults.ts'
import { faultsOf, sceneOf } from './suite.ts'

withPrivateServers('ferretdb', 'toxiproxy').describe('STORAGE=mongodb', () => {
  const scene = sceneOf('mongodb')
  faultsOf(scene, 'mongodb')
  diskFullOn(scene, 'mongodb')
})
