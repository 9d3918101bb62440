import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const FOLDER = join(import.meta.dirname, '../../../shared/data/api_fixtures')

/** Whether the recorded answers are there. Printed once where they are not; in CI they have to be. */
export function haveFixtures(): boolean {
  if (existsSync(FOLDER)) return true
  if (process.env['CI'])
    throw new Error('The recorded answers (../shared/data/api_fixtures) are missing; CI needs them.')
  console.warn('skipped: no recorded answers in ../shared/data/api_fixtures')
  return false
}

/** The body of a recorded answer, as text. @param name such as `coingecko/error_429_rate_limit.json` */
export function fixture(name: string): string {
  const bytes = readFileSync(join(FOLDER, name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}
