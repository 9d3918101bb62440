import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from './world.ts'

/** libfaketime, as Debian's package puts it; null where it is absent. */
function library(): string | null {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : []
  const places = folders.map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  return places.find((place) => existsSync(place)) ?? null
}

/**
 * Settings under which a program in C or Node reads a clock that is off by so many seconds; its timers run right.
 * @throws Error where libfaketime is absent
 */
export function falseClock(seconds: number): Env {
  const preload = library()
  if (preload === null) throw new Error(WHY)
  const offset = `${seconds < 0 ? '' : '+'}${seconds}s`
  return { LD_PRELOAD: preload, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
}

const WHY = 'a false clock needs libfaketime: apt-get install libfaketime'

/** For `test.skipIf`; in CI the test runs, and fails. */
export const WITHOUT_FALSE_CLOCK = library() === null && process.env['CI'] === undefined
if (WITHOUT_FALSE_CLOCK) console.log(`skipped: ${WHY}`)
