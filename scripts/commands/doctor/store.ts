import { existsSync, statfsSync, statSync } from 'node:fs'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { carriedLines, missingWallets } from '#delivery/readings.ts'
import { readingsAt } from '#pipeline/chain/pair-times.ts'
import type { Store } from '#pipeline/ports.ts'
import { count, duration } from '../../cli/plan-text.ts'
import { openForJob, openForReading, storeLabel } from '../../wiring/store.ts'
import { fail, ok, warn, type Finding } from './check.ts'

/** A backup or migration copies the whole file, and a week of growth of a large portfolio is below this. */
const MIN_FREE_BYTES = 200 * 1024 * 1024

/** A run at each hour leaves no successful one older than this. */
const STALE_MS = 3 * HOUR_MS

/** What can be said of the store without writing to it. @returns the findings, and the store where it opened */
export async function checkStore(config: Config): Promise<{ findings: Finding[]; store: Store | null }> {
  const name = 'Store opens'
  const file = storeLabel(config)
  const embedded = config.storage === 'embedded'
  if (embedded && !existsSync(file)) {
    const fix = 'Run "tidemark init", or "tidemark ingest".'
    return { findings: [warn(name, `there is none yet at ${file}`, fix)], store: null }
  }
  try {
    const store = await openForReading(config)
    const findings = [
      ok(name, `${file}, schema version ${await store.schemaVersion()}`),
      await checkWritable(config),
      ...(embedded ? [checkDisk(config.dataDir, statSync(file).size)] : []),
    ]
    return { findings, store }
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error
    return { findings: [fail(name, error.message, error.fix)], store: null }
  }
}

async function checkWritable(config: Config): Promise<Finding> {
  const name = 'Store writable'
  try {
    const store = await openForJob(config, false)
    await store.close()
    return ok(name, 'yes')
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error
    return warn(name, error.message, error.fix)
  }
}

function checkDisk(folder: string, storeBytes: number): Finding {
  const name = 'Disk has room'
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const need = Math.max(MIN_FREE_BYTES, 2 * storeBytes)
  const found = `${megabytes(free)} free, ${megabytes(need)} wanted`
  return free >= need ? ok(name, found) : fail(name, found, `Free some space on the disk of ${folder}.`)
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`

/** Whether the data is fresh and whole. */
export async function checkData(store: Store, portfolio: Portfolio | null, now: number): Promise<Finding[]> {
  return [
    await checkRuns(store, now),
    ...(portfolio === null ? [] : await checkWallets(store, portfolio, now)),
    await checkGaps(store, now),
  ]
}

/** A run that could not read a chain was none for that chain, whatever else it brought. */
async function checkWallets(store: Store, portfolio: Portfolio, now: number): Promise<Finding[]> {
  const { carried, unread } = await readingsAt(portfolio, now, store)
  const old = carried.filter(({ at, failed }) => failed || now - (at ?? 0) > STALE_MS)
  const lines = [
    ...missingWallets({ carried, unread }).map((wallet) => `${wallet} was never read`),
    ...carriedLines(old).map((line) => line.replace(/^Carried: /, '').replace(/\.$/, '')),
  ]
  return lines.map((found) =>
    warn('Wallets fresh', found, 'Run "tidemark ingest"; it says why a chain cannot be read.'),
  )
}

async function checkRuns(store: Store, now: number): Promise<Finding> {
  const name = 'Data fresh'
  const runs = await store.runs({ limit: 200, offset: 0 })
  const good = runs.find(({ outcome }) => outcome === 'complete' || outcome === 'partial')
  if (good === undefined) return warn(name, 'no run has succeeded yet', 'Run "tidemark ingest".')
  const age = now - (good.finished ?? good.started)
  const found = `last successful run ${duration(age)} ago`
  return age > STALE_MS
    ? warn(name, found, 'Run "tidemark ingest", or keep "tidemark schedule" running.')
    : ok(name, found)
}

async function checkGaps(store: Store, now: number): Promise<Finding> {
  const name = 'No gaps in 7 days'
  const recent = (await store.gaps()).filter(({ to }) => to > now - 7 * DAY_MS)
  if (recent.length === 0) return ok(name, 'none')
  const hours = recent.reduce(
    (sum, { from, to }) => sum + (to - Math.max(from, now - 7 * DAY_MS)) / HOUR_MS,
    0,
  )
  const assets = new Set(recent.map(({ asset }) => asset)).size
  return warn(
    name,
    `${count(Math.ceil(hours), 'hour')} of ${count(assets, 'asset')}`,
    '"tidemark gaps" lists them; "tidemark backfill" asks for them again.',
  )
}
