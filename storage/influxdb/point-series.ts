import { createHash } from 'node:crypto'
import { fluxRows, fluxText, fluxTime, writeLines } from './calls.ts'
import type { Connection } from './connection.ts'
import { deletePoints, type Doomed } from './delete-points.ts'
import { floatText, readTag, tagText, tagValue } from './lines.ts'

/** Points of one series for dashboards. A value that is missing (NaN) is a field that is not there: it draws nothing. */
export type PointSeries = {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  readonly times: readonly number[]
  readonly columns: Readonly<Record<string, ArrayLike<number>>>
  readonly quality: ArrayLike<number>
}

/** What a call is about: a span of time, and the tags that all of its series share. */
export type Scope = {
  readonly measurements: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  readonly from: number
  readonly to: number
}

/**
 * Puts points in the place of those that lie there. Fields of one point are merged over writes, so that a value which is
 * missing now would leave the older one standing: where one is there, its point is deleted first.
 * @param others what becomes of points of the scope that no point of `series` takes the place of
 */
export async function replacePoints(
  connection: Connection,
  scope: Scope,
  series: readonly PointSeries[],
  others: 'go' | 'stay',
): Promise<void> {
  const states = new Map(
    series.flatMap((one) => one.times.map((time, at) => [placeOf(one, time), stateOf(one, at)] as const)),
  )
  const stale = new Map<string, Doomed>()
  for (const { measurement, tags, time, state } of await present(connection, scope)) {
    const next = states.get(placeOf({ measurement, tags }, time))
    if (next === undefined ? others === 'stay' : (next & ~state) === 0) continue
    const id = placeOf({ measurement, tags }, others === 'go' ? 0 : time)
    const { from, to } = stale.get(id) ?? { from: time, to: time }
    // All of a series between the first and the last: they are written again.
    stale.set(id, { measurement, tags, from: Math.min(from, time), to: Math.max(to, time + 1000) })
  }
  for (const doomed of stale.values()) await deletePoints(connection, doomed)
  await writeLines(connection, connection.options.bucket, pointLines(series))
}

/** Points in line protocol, with times in seconds. */
export function* pointLines(series: readonly PointSeries[]): Generator<string> {
  for (const one of series) {
    const tags = Object.keys(one.tags)
      .sort()
      .map((name) => `${name}=${tagText(one.tags[name] as string)}`)
    const head = [one.measurement, ...tags].join(',')
    for (let at = 0; at < one.times.length; at++)
      yield `${head} ${fieldsOf(one, at)} ${(one.times[at] as number) / 1000}`
  }
}

/** Whether a point has a value that is missing. */
export const isPartial = (series: PointSeries): boolean =>
  series.times.some((_, at) => stateOf(series, at) !== 0)

/** How many points, and a hash over them that does not depend on their order. */
export type Content = { readonly points: number; readonly hash: string }

export function contentOf(series: readonly PointSeries[]): Content {
  return contentHash(
    series.flatMap((one) =>
      one.times.map((time, at) => {
        const fields = Object.entries(one.columns).map(
          ([name, column]) => [name, column[at] as number] as const,
        )
        const known = fields.filter(([, value]) => !Number.isNaN(value))
        const own = [['quality', one.quality[at] as number] as const, ['state', stateOf(one, at)] as const]
        return canonical(placeOf(one, time), [...known, ...own])
      }),
    ),
  )
}

/** The same of what lies in a scope. */
export async function contentThere(connection: Connection, scope: Scope): Promise<Content> {
  const script = [
    scopeFlux(connection.options.bucket, scope),
    '|> drop(columns: ["_start", "_stop"])',
    '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
  ].join('\n')
  const rows = await fluxRows(connection, 'a read of what is published', script)
  return contentHash(rows.map((row) => canonicalRow(row, Object.keys(scope.tags))))
}

function canonicalRow(row: Record<string, string>, scoped: readonly string[]): string {
  const tags: Record<string, string> = {}
  const fields: [string, number][] = []
  for (const [name, text] of Object.entries(row)) {
    if (OWN.has(name) || name.startsWith('_') || text === '') continue
    if (scoped.includes(name) || name === 'asset') tags[name] = readTag(text)
    else fields.push([name, Number(text)])
  }
  const measurement = row['_measurement'] ?? ''
  return canonical(placeOf({ measurement, tags }, Date.parse(row['_time'] ?? '')), fields)
}

const canonical = (place: string, fields: readonly (readonly [string, number])[]): string =>
  `${place} ${fields
    .map(([name, value]) => `${name}=${floatText(value)}`)
    .sort()
    .join(',')}`

function contentHash(rows: string[]): Content {
  const hash = createHash('sha256')
  for (const row of rows.sort()) hash.update(`${row}\n`)
  return { points: rows.length, hash: hash.digest('hex') }
}

function fieldsOf(one: PointSeries, at: number): string {
  let fields = ''
  for (const name in one.columns) {
    const value = (one.columns[name] as ArrayLike<number>)[at] as number
    if (!Number.isNaN(value)) fields += `${name}=${floatText(value)},`
  }
  return `${fields}quality=${one.quality[at] as number}i,state=${stateOf(one, at)}i`
}

/** Which of the columns are missing, as bits in their order. */
function stateOf({ columns }: Pick<PointSeries, 'columns'>, at: number): number {
  let [state, bit] = [0, 1]
  for (const name in columns) {
    if (Number.isNaN((columns[name] as ArrayLike<number>)[at])) state |= bit
    bit *= 2
  }
  return state
}

const placeOf = ({ measurement, tags }: Pick<PointSeries, 'measurement' | 'tags'>, time: number): string =>
  JSON.stringify([measurement, Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)), time])

type Present = { measurement: string; tags: Record<string, string>; time: number; state: number }

async function present(connection: Connection, scope: Scope): Promise<Present[]> {
  const script = `${scopeFlux(connection.options.bucket, scope)}\n|> filter(fn: (r) => r._field == "state")`
  const rows = await fluxRows(connection, 'a look at what is published', script)
  return rows.map((row) => ({
    measurement: row['_measurement'] ?? '',
    tags: tagsOf(row),
    time: Date.parse(row['_time'] ?? ''),
    state: Number(row['_value']),
  }))
}

export function scopeFlux(bucket: string, { measurements, tags, from, to }: Scope): string {
  const measured = measurements.map((name) => `r._measurement == ${fluxText(name)}`).join(' or ')
  const tagged = Object.entries(tags).map(
    ([name, value]) => ` and r[${fluxText(name)}] == ${fluxText(tagValue(value))}`,
  )
  return [
    `from(bucket: ${fluxText(bucket)})`,
    `|> range(start: ${fluxTime(from)}, stop: ${fluxTime(to)})`,
    `|> filter(fn: (r) => (${measured})${tagged.join('')})`,
  ].join('\n')
}

const OWN = new Set(['', 'result', 'table'])
function tagsOf(row: Record<string, string>): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const name in row) {
    // A row of a series without this tag has an empty cell in it.
    if (!OWN.has(name) && !name.startsWith('_') && row[name] !== '') tags[name] = readTag(row[name] as string)
  }
  return tags
}
