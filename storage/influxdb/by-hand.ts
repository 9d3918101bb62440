import type { InfluxOptions } from '../mongodb/open.ts'
import { RESOLUTIONS, SHARD_SECONDS } from './buckets.ts'
import { bucketOf, taskScript } from './downsample-flux.ts'
import { STEPS } from './downsample.ts'
import { shell } from './shell.ts'

/** What somebody who may administer the server runs, where Tidemark's token may not: commands of the `influx` tool. */
export function stepsByHand({ org, bucket }: InfluxOptions): string[] {
  const inOrg = `--org ${shell(org)}`
  return [
    ...RESOLUTIONS.map(
      (step) =>
        `influx bucket create ${inOrg} --name ${shell(bucketOf(bucket, step))} --retention 0 --shard-group-duration ${SHARD_SECONDS[step] / 3600}h`,
    ),
    ...STEPS.map((step) => `influx task create ${inOrg} <<'FLUX'\n${taskScript(bucket, step)}FLUX`),
    `influx auth create ${inOrg} --read-buckets --write-buckets --read-tasks --read-orgs   # its token is INFLUX_TOKEN`,
  ]
}
