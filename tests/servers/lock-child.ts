/** Takes a lock and stays. */
import { withLock } from './build/lock.ts'
import { sleep } from './until.ts'

await withLock(
  process.argv[2] ?? '',
  () => undefined,
  async () => {
    process.stdout.write('locked\n')
    await sleep(60_000)
  },
)
