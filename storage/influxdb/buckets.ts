import { BucketsAPI, OrgsAPI, type Bucket } from '@influxdata/influxdb-client-apis'
import { TidemarkError } from '#core/errors.ts'
import type { Connection } from './connection.ts'
import { bucketOf } from './downsample-flux.ts'
import type { Step } from './downsample.ts'

export const RESOLUTIONS: readonly (Step | 'hourly')[] = ['hourly', 'daily', 'weekly']

/**
 * Seconds that one group of shards covers. InfluxDB's own choice for a bucket that keeps everything is a week: five
 * years of hours would lie in 260 pieces, each opened by a query over all of them.
 */
export const SHARD_SECONDS = { hourly: 30 * 86_400, daily: 365 * 86_400, weekly: 5 * 365 * 86_400 } as const

/** The bucket of a resolution; null where there is none, or none that the token may see. */
export async function findBucket(connection: Connection, step: Step | 'hourly'): Promise<Bucket | null> {
  const { org, bucket } = connection.options
  const name = bucketOf(bucket, step)
  const listed = await unlessAbsent(
    connection.call('the list of buckets', (client) => new BucketsAPI(client).getBuckets({ org, name })),
  )
  return listed?.result.buckets?.find((found) => found.name === name) ?? null
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'NOT_INITIALISED') return null
    throw error
  }
}

/** Makes the bucket of a resolution, which keeps everything. */
export async function makeBucket(
  connection: Connection,
  orgID: string,
  step: Step | 'hourly',
): Promise<void> {
  const { result } = await connection.call(
    `to make bucket "${bucketOf(connection.options.bucket, step)}"`,
    (client) =>
      new BucketsAPI(client).postBuckets({
        body: {
          orgID,
          name: bucketOf(connection.options.bucket, step),
          description: `Tidemark: ${step} candles`,
          retentionRules: [
            { type: 'expire', everySeconds: 0, shardGroupDurationSeconds: SHARD_SECONDS[step] },
          ],
        },
      }),
  )
  if (result.id === undefined) throw new Error('InfluxDB made a bucket without an id')
}

/** The id of the organisation; it is made where there is none. */
export async function organisation(connection: Connection): Promise<string> {
  const { org } = connection.options
  const listed = await unlessAbsent(
    connection.call('the list of organisations', (client) => new OrgsAPI(client).getOrgs({ org })),
  )
  const known = listed?.result.orgs?.find(({ name }) => name === org)?.id
  if (known !== undefined) return known
  const made = await connection.call(`to make organisation "${org}"`, (client) =>
    new OrgsAPI(client).postOrgs({ body: { name: org } }),
  )
  return made.result.id as string
}

/** After how many seconds a bucket throws points away; 0 when never. */
export const retention = (bucket: Bucket): number =>
  Math.max(0, ...bucket.retentionRules.map(({ everySeconds }) => everySeconds))
