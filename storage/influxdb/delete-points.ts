import type { Connection } from './connection.ts'
import { tagValue } from './lines.ts'

/** Points of one series, in [from, to). */
export type Doomed = {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly from: number
  readonly to: number
}

/** Takes points away; one that is written later at the same place is not touched. */
export async function deletePoints(
  connection: Connection,
  { measurement, tags, from, to }: Doomed,
): Promise<void> {
  const { DeleteAPI } = await import('@influxdata/influxdb-client-apis')
  const { org, bucket } = connection.options
  const all = Object.entries({ _measurement: measurement, ...tags })
  const predicate = all
    .map(([name, value]) => `${name}="${tagValue(value).replaceAll('"', '\\"')}"`)
    .join(' and ')
  const [start, stop] = [new Date(from).toISOString(), new Date(to - 1).toISOString()]
  await connection.call(`a deletion in bucket "${bucket}"`, (client) =>
    new DeleteAPI(client).postDelete({ org, bucket, body: { start, stop, predicate } }),
  )
}
