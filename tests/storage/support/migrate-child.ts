/** A process that opens a store with a later version and dies at a failpoint or when told. See migrate.test.ts. */
import { writeSync } from 'node:fs'
import { openStore } from '#storage/open.ts'
import { LATER_MIGRATIONS } from './later.ts'

const [file, point] = process.argv.slice(2) as [string, string | undefined]
const failpoint = (name: string) => {
  if (name === point) process.kill(process.pid, 'SIGKILL')
  // Long enough that the other process, too, has found the old version by then.
  if (point === 'slow' && name === 'migrate:copied')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
}
writeSync(1, 'ready\n')
const store = await openStore({ kind: 'embedded', file, migrations: LATER_MIGRATIONS, failpoint })
await store.close()
