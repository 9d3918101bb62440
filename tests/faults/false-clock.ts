import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { temporaryFolder } from '#tests/support/folder.ts'
import type { Env } from './world.ts'

const SOURCE = join(import.meta.dirname, 'false-clock.c')
const COMPILER = process.env['CC'] ?? 'gcc'
const WHY = 'a clock that is off needs Linux and gcc'

/** For `test.skipIf`; in CI the test runs, and fails. libfaketime would do, but Redis' jemalloc does not bear it. */
export const WITHOUT_FALSE_CLOCK =
  (process.platform !== 'linux' || spawnSync(COMPILER, ['--version']).status !== 0) &&
  process.env['CI'] === undefined
if (WITHOUT_FALSE_CLOCK) console.log(`skipped: ${WHY}`)

/**
 * Settings under which a program reads a clock that is off by so many seconds, for as long as the running test lasts;
 * its timers run right.
 * @throws Error where no library can be made
 */
export function falseClock(seconds: number): Env {
  const file = join(temporaryFolder(), 'false-clock.so')
  const made = spawnSync(COMPILER, ['-shared', '-fPIC', '-O1', '-o', file, SOURCE], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${WHY}: ${made.stderr ?? String(made.error)}`)
  return { LD_PRELOAD: file, CLOCK_OFF_SECONDS: String(seconds) }
}
