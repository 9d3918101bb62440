import { TidemarkError } from '#core/errors.ts'
import type { InfluxOptions } from '../mongodb/open.ts'
import { RESOLUTIONS, findBucket, makeBucket, organisation, retention } from './buckets.ts'
import { stepsByHand } from './by-hand.ts'
import { connect, type Connection, type Patience } from './connection.ts'
import { behind, downsample } from './downsampling.ts'
import { STEPS, type Step } from './downsample.ts'
import { keepEverything } from './shell.ts'
import { putTask } from './tasks.ts'

/**
 * Makes sure that InfluxDB is set up. With `create`, the organisation, the buckets and the tasks that are missing are
 * made, and days and weeks that are behind their hours with them; a second time nothing is left to do. A token that may
 * not install tasks is enough for all but them (`inspectInflux` tells).
 * @throws TidemarkError NOT_INITIALISED for a bucket that is not there and `create` not set; CREDENTIAL_REFUSED when it
 *   may not be made, with the commands for an administrator in `faults`; CONFIG_INVALID when the bucket of the hours
 *   throws old ones away; STORE_UNAVAILABLE
 */
export async function ensureInflux(
  options: InfluxOptions,
  { create, patience }: { readonly create: boolean; readonly patience?: Partial<Patience> },
): Promise<void> {
  const connection = connect(options, patience)
  try {
    const missing = await missingBuckets(connection, create ? RESOLUTIONS : ['hourly'])
    if (missing.length === 0 && !create) return
    if (!create) throw notThere(options)
    const installed = await setUp(connection, missing).catch((error: unknown) => {
      throw withSteps(error, options)
    })
    if (installed) await downsample(connection, await behind(connection, 0, Date.now()))
  } finally {
    connection.close()
  }
}

async function missingBuckets(
  connection: Connection,
  steps: readonly (Step | 'hourly')[],
): Promise<(Step | 'hourly')[]> {
  const missing: (Step | 'hourly')[] = []
  for (const step of steps) {
    const bucket = await findBucket(connection, step)
    if (bucket === null) missing.push(step)
    else if (step === 'hourly' && retention(bucket) > 0)
      throw forgetful(connection.options, retention(bucket))
  }
  return missing
}

/** @returns whether something was made or changed */
async function setUp(connection: Connection, missing: readonly (Step | 'hourly')[]): Promise<boolean> {
  if (missing.length > 0) {
    const org = await organisation(connection)
    for (const step of missing) await makeBucket(connection, org, step)
  }
  let installed = missing.length > 0
  for (const step of STEPS) if (await mayPutTask(connection, step)) installed = true
  return installed
}

async function mayPutTask(connection: Connection, step: Step): Promise<boolean> {
  try {
    return await putTask(connection, step)
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'CREDENTIAL_REFUSED') return false
    throw error
  }
}

function notThere({ org, bucket }: InfluxOptions): TidemarkError {
  return new TidemarkError('NOT_INITIALISED', {
    message: `InfluxDB has no bucket "${bucket}" in organisation "${org}" that the token in INFLUX_TOKEN may see.`,
    fix: 'Run "tidemark init", or name another one with INFLUX_BUCKET and INFLUX_ORG.',
  })
}

function withSteps(error: unknown, options: InfluxOptions): unknown {
  if (!(error instanceof TidemarkError) || error.code !== 'CREDENTIAL_REFUSED') return error
  return new TidemarkError('CREDENTIAL_REFUSED', {
    message: error.message,
    fix: 'Let somebody who administers InfluxDB run the commands listed, then run "tidemark init" again.',
    faults: stepsByHand(options),
    cause: error,
  })
}

function forgetful({ org, bucket }: InfluxOptions, seconds: number): TidemarkError {
  return new TidemarkError('CONFIG_INVALID', {
    message: `Bucket "${bucket}" throws points away after ${seconds / 3600} hours; Tidemark keeps hourly prices for ever.`,
    fix: `${keepEverything(org, bucket)} (or name another one with INFLUX_BUCKET).`,
  })
}
