import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, type Env } from './world.ts'

const SOURCE = join(import.meta.dirname, 'false-clock.c')
const COMPILER = process.env['CC'] ?? 'gcc'
const WHY = 'a clock that is off needs Linux and gcc'

/** For `test.skipIf`; in CI the test runs, and fails. libfaketime would do, but Redis' jemalloc does not bear it. */
export const WITHOUT_FALSE_CLOCK =
  (process.platform !== 'linux' || spawnSync(COMPILER, ['--version']).status !== 0) &&
  process.env['CI'] === undefined
if (WITHOUT_FALSE_CLOCK) console.log(`skipped: ${WHY}`)

let library: string | null = null

/**
 * Settings under which a program reads a clock that is off by so many seconds; its timers run right.
 * @throws Error where no library can be made
 */
export function falseClock(seconds: number): Env {
  library ??= compiled()
  return { LD_PRELOAD: library, CLOCK_OFF_SECONDS: String(seconds) }
}

function compiled(): string {
  const folder = newFolder()
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'false-clock.so')
  const made = spawnSync(COMPILER, ['-shared', '-fPIC', '-O1', '-o', file, SOURCE], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`${WHY}: ${made.stderr ?? String(made.error)}`)
  return file
}
