/** A worker whose database dies under it. */
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { sceneOf } from './suite.ts'
import { workerOn } from './worker-on-servers.ts'

withPrivateServers('ferretdb', 'redis', 'toxiproxy').describe('worker, STORAGE=mongodb', () => {
  workerOn(sceneOf('mongodb'))
})
