import { TidemarkError } from '#core/errors.ts'
import type { InfluxOptions } from '../mongodb/open.ts'
import { RESOLUTIONS, findBucket, retention } from './buckets.ts'
import { stepsByHand } from './by-hand.ts'
import { fluxRows, fluxText, writeLines } from './calls.ts'
import { connect, type Connection, type Patience } from './connection.ts'
import { behind } from './downsampling.ts'
import { bucketOf, taskName, taskScript } from './downsample-flux.ts'
import { STEPS, type Step } from './downsample.ts'
import { host } from './errors.ts'
import { keepEverything } from './shell.ts'
import { findTask } from './tasks.ts'

/** What a check found; `fix` is null where there is nothing to mend. */
export type InfluxFinding = {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  readonly fix: string | null
}

// An answer's time is in whole seconds, and it was on its way.
const CLOCK_MS = 3_000

/** What can be said of InfluxDB without changing it: `doctor` prints it. Never throws for what it can tell. */
export async function inspectInflux(
  options: InfluxOptions,
  patience?: Partial<Patience>,
): Promise<InfluxFinding[]> {
  const connection = connect(options, { retries: 1, callMs: 10_000, ...patience })
  try {
    const answer = await checkAnswer(connection)
    if (answer.some(({ ok, check }) => !ok && check === ANSWERS)) return answer
    return [
      ...answer,
      ...(await all(connection, [checkRead, checkWrite])),
      ...(await all(
        connection,
        RESOLUTIONS.map((step) => (each) => checkBucket(each, step)),
      )),
      ...(await all(
        connection,
        STEPS.map((step) => (each) => checkTask(each, step)),
      )),
      ...(await all(connection, [checkBehind])),
    ]
  } finally {
    connection.close()
  }
}

type Check = (connection: Connection) => Promise<InfluxFinding>

const ANSWERS = 'InfluxDB answers'
const good = (check: string, found: string): InfluxFinding => ({ check, ok: true, found, fix: null })
const bad = (check: string, found: string, fix: string): InfluxFinding => ({ check, ok: false, found, fix })

async function all(connection: Connection, checks: readonly Check[]): Promise<InfluxFinding[]> {
  const found: InfluxFinding[] = []
  for (const check of checks) found.push(await check(connection))
  return found
}

/** A check that is told by an error is told by its words. */
async function tried(check: string, run: () => Promise<InfluxFinding>): Promise<InfluxFinding> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof TidemarkError) return bad(check, error.message, error.fix)
    throw error
  }
}

async function checkAnswer(connection: Connection): Promise<InfluxFinding[]> {
  const headers: Record<string, string | string[] | undefined> = {}
  const asked = Date.now()
  const answers = await tried(ANSWERS, async () => {
    await connection.call('a sign of life', ({ transport }) =>
      transport.request('/ping', '', { method: 'GET' }, (got) => void Object.assign(headers, got)),
    )
    const version = String(headers['x-influxdb-version'] ?? 'unknown version')
    const place = host(connection.options.url)
    // A server that was built by hand says "dev".
    if (/^v?(2\.|dev|unknown)/.test(version)) return good(ANSWERS, `${version} at ${place}`)
    return bad(ANSWERS, `${version} at ${place}`, 'Use InfluxDB OSS 2.')
  })
  const theirs = Date.parse(String(headers['date']))
  if (Number.isNaN(theirs)) return [answers]
  const apart = theirs - (asked + Date.now()) / 2
  const found = `${(apart / 1000).toFixed(1)} s from this machine`
  const clock = 'Clock of InfluxDB'
  const fix =
    'Set the clocks of both machines by NTP: tasks and this machine must mean the same hour by "now".'
  return [answers, Math.abs(apart) <= CLOCK_MS ? good(clock, found) : bad(clock, found, fix)]
}

const checkRead: Check = (connection) =>
  tried('Token may read', async () => {
    const bucket = fluxText(connection.options.bucket)
    await fluxRows(connection, 'a read', `from(bucket: ${bucket}) |> range(start: -1h) |> limit(n: 1)`)
    return good('Token may read', `bucket "${connection.options.bucket}"`)
  })

const checkWrite: Check = (connection) =>
  tried('Token may write', async () => {
    const { bucket } = connection.options
    // A comment is no point: rights are looked at, and nothing is stored.
    await writeLines(connection, bucket, ['# may I?'])
    return good('Token may write', `bucket "${bucket}"`)
  })

function checkBucket(connection: Connection, step: Step | 'hourly'): Promise<InfluxFinding> {
  const { org, bucket } = connection.options
  const name = bucketOf(bucket, step)
  const check = `Bucket ${name}`
  return tried(check, async () => {
    const found = await findBucket(connection, step)
    if (found === null) return bad(check, 'not there, or hidden from the token', byHand(connection, name))
    const seconds = retention(found)
    if (seconds === 0) return good(check, 'keeps everything')
    return bad(check, `throws points away after ${seconds / 3600} hours`, keepEverything(org, name))
  })
}

function checkTask(connection: Connection, step: Step): Promise<InfluxFinding> {
  const { bucket } = connection.options
  const name = taskName(bucket, step)
  const check = `Task ${name}`
  return tried(check, async () => {
    const task = await findTask(connection, step)
    if (task === null) return bad(check, 'not there, or hidden from the token', byHand(connection, name))
    if (task.flux !== taskScript(bucket, step))
      return bad(check, 'of another version', 'Run "tidemark init".')
    if (task.status !== 'active') return bad(check, 'switched off', 'Run "tidemark init".')
    const last = `last run ${task.lastRunStatus ?? 'not yet'}`
    if (task.lastRunStatus !== 'failed') return good(check, last)
    return bad(
      check,
      `${last}: ${task.lastRunError ?? ''}`,
      `See "influx task run list --task-id ${task.id}".`,
    )
  })
}

const checkBehind: Check = (connection) =>
  tried('Days and weeks', async () => {
    const keys = await behind(connection, 0, Date.now())
    if (keys.length === 0) return good('Days and weeks', 'up to date with the hours')
    const found = `${keys.length} month${keys.length === 1 ? ' is' : 's are'} behind the hours`
    return bad('Days and weeks', found, 'Run "tidemark init"; the tasks do the last days by themselves.')
  })

/** The commands, of those for an administrator, that name a bucket or task. */
function byHand({ options }: Connection, name: string): string {
  const steps = stepsByHand(options).filter((step) => step.includes(name))
  return `Run "tidemark init", or let an administrator run: ${steps[0] ?? ''}`
}
