/** STORAGE=mongodb through a bad network and on a server that dies. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { faultsOf, sceneOf } from './suite.ts'

withPrivateServers('ferretdb', 'toxiproxy').describe('STORAGE=mongodb', () => {
  faultsOf(sceneOf('mongodb'), 'mongodb')
})
