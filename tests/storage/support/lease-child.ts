/** A process that dies with the lease in its hands. See together.test.ts. */
import { openStore } from '#storage/open.ts'

const store = await openStore({ kind: 'embedded', file: process.argv[2] as string, create: true })
await store.acquireLease('pipeline', 'killed', 1000, 1000)
process.kill(process.pid, 'SIGKILL')
