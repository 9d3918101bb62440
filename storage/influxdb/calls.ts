import type { Connection } from './connection.ts'
import { isTooLarge } from './errors.ts'
import { readFluxCsv, type RowReader } from './flux-csv.ts'

/** Lines of a batch: about a megabyte, which InfluxDB takes in some tenths of a second. */
const BATCH_LINES = 5_000

/**
 * A text inside a Flux script. The client's own way of quoting writes "$" before "${" so that Flux no longer finds the
 * end of the text.
 */
export const fluxText = (value: string): string =>
  `"${value.replace(/["\\$]/g, (char) => (char === '$' ? '\\x24' : `\\${char}`))}"`

/** A time inside a Flux script. @param ms milliseconds since 1970, whole seconds */
export const fluxTime = (ms: number): string => new Date(ms).toISOString()

/**
 * Runs a Flux script and reads its answer as it arrives.
 * @param sink made anew for each try: what a try that broke off has read does not count
 */
export async function runFlux<T>(
  connection: Connection,
  what: string,
  script: string,
  sink: () => { table: (columns: readonly string[]) => RowReader; result: () => T },
): Promise<T> {
  const { org } = connection.options
  const path = `/api/v2/query?org=${encodeURIComponent(org)}`
  const body = JSON.stringify({ query: script, type: 'flux', dialect: { header: true, annotations: [] } })
  const headers = {
    accept: 'application/csv',
    'content-type': 'application/json; charset=utf-8',
    'accept-encoding': connection.packed ? 'gzip' : 'identity',
  }
  const { result } = await connection.call(what, async ({ transport }) => {
    const { table, result } = sink()
    await readFluxCsv(transport.iterate(path, body, { method: 'POST', headers }), table)
    return result()
  })
  return result
}

/** Rows of an answer as objects, for the few that are small. */
export async function fluxRows(
  connection: Connection,
  what: string,
  script: string,
): Promise<Record<string, string>[]> {
  return runFlux(connection, what, script, () => {
    const rows: Record<string, string>[] = []
    return {
      table: (columns) => (cells) =>
        void rows.push(Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? '']))),
      result: () => rows,
    }
  })
}

/**
 * Writes points, in batches, four on their way at a time.
 * @param lines line protocol with times in seconds; taken as batches leave, so that a year is never one text
 * @returns whether any batch had to be sent again: then it is worth reading back
 * @throws TidemarkError when one of them was not acknowledged in the end; any of the others may be there
 */
export async function writeLines(
  connection: Connection,
  bucket: string,
  lines: Iterable<string>,
): Promise<{ troubled: boolean }> {
  let troubled = false
  const source = batchesOf(lines)
  // Each of four takes the next batch when it is done with one; the first failure ends the others after theirs.
  const worker = async (): Promise<void> => {
    for (const batch of source) if (await writeBatch(connection, bucket, batch)) troubled = true
  }
  const ends = await Promise.allSettled(Array.from({ length: 4 }, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return { troubled }
}

/**
 * Sends a batch by the client's transport and not by its `WriteApi`: that one keeps what fails for a retry of its own,
 * can drop it from there without an error, takes one kind of error 500 for success, and counts bytes a character at a
 * time (docs/decisions/0012).
 */
async function writeBatch(connection: Connection, bucket: string, batch: string[]): Promise<boolean> {
  const { org } = connection.options
  const text = batch.join('\n')
  try {
    const path = `/api/v2/write?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}&precision=s`
    const { troubled } = await connection.call(`a write to bucket "${bucket}"`, async ({ transport }) => {
      let status: number | undefined
      await transport.request(path, text, connection.packing, (_headers, code) => (status = code))
      if (status !== 204)
        throw new Error(`an answer of ${status ?? 'no status'}, which is not InfluxDB's to a write`)
    })
    return troubled
  } catch (error) {
    if (!isTooLarge(error) || batch.length === 1) throw error
    const middle = batch.length >> 1
    const first = await writeBatch(connection, bucket, batch.slice(0, middle))
    return (await writeBatch(connection, bucket, batch.slice(middle))) || first
  }
}

function* batchesOf(lines: Iterable<string>): Generator<string[]> {
  let batch: string[] = []
  for (const line of lines) {
    batch.push(line)
    if (batch.length < BATCH_LINES) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
