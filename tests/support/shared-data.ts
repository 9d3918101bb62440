import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** Real series and recorded answers that lie beside the repository and may not be redistributed with it. */
const FOLDER = fileURLToPath(new URL('../../../shared/data', import.meta.url))

/** Whether they are there; in CI their absence is a failure, elsewhere the tests that need them are skipped. */
export function sharedData(): boolean {
  if (existsSync(FOLDER)) return true
  if (process.env['CI'] !== undefined)
    throw new Error(`CI needs ../shared/data beside the repository (${FOLDER})`)
  return false
}

export const WHY_SKIPPED = 'needs ../shared/data beside the repository; clone it there and run again'

export type HourlyCsv = { readonly times: number[]; readonly opens: string[] }

/** Open of each hour of a real series, as the exact text of its source. */
export function realSeries(folder: string, id: string): HourlyCsv {
  const text = gunzipSync(readFileSync(join(FOLDER, 'prices_hourly', folder, `${id}.csv.gz`))).toString(
    'utf8',
  )
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  return {
    times: rows.map(([, time]) => Date.parse(time ?? '')),
    opens: rows.map(([, , open]) => open ?? ''),
  }
}
