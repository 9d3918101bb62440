import type { AssetId } from '#core/asset.ts'
import { CANDLE_COLUMNS, type Chunk, type ChunkKey } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { emptyChunk } from '#core/merge.ts'
import { monthEnd, monthStart, nextMonth, type Month } from '#core/month.ts'
import { fluxText, fluxTime, runFlux } from './calls.ts'
import { CANDLE, CANDLE_FIELDS } from './candle-points.ts'
import type { Connection } from './connection.ts'
import type { RowReader } from './flux-csv.ts'
import { tagValue } from './lines.ts'

/** Chunks that one query reads: some 90,000 points, 14 MB of text. */
const CHUNKS_A_QUERY = 120

/** Months in a row of some assets, of one quote and provider: what one query can ask for. */
export type Span = Pick<ChunkKey, 'quote' | 'provider'> & {
  readonly assets: readonly AssetId[]
  readonly from: Month
  readonly to: Month
}

/** What lies there of the chunks named, by `chunkId`; those without a point are left out. */
export async function readChunks(
  connection: Connection,
  keys: readonly ChunkKey[],
): Promise<Map<string, Chunk>> {
  const found = new Map<string, Chunk>()
  const parts = await Promise.all(spansOf(keys).map((span) => readSpan(connection, span)))
  for (const part of parts) for (const chunk of part) found.set(chunkId(chunk), chunk)
  return found
}

export const chunkId = ({ asset, quote, provider, month }: ChunkKey): string =>
  `${month}|${JSON.stringify([asset, quote, provider])}`

/** The fewest queries that ask for all of the chunks and for nothing else, each for `most` chunks or one year of one series. */
export function spansOf(keys: readonly ChunkKey[], most = CHUNKS_A_QUERY): Span[] {
  const spans = new Map<string, { span: Span; assets: AssetId[] }>()
  for (const { asset, quote, provider, from, to } of runsOf(keys)) {
    const id = JSON.stringify([quote, provider, from, to])
    const known = spans.get(id)
    if (known !== undefined) known.assets.push(asset)
    else spans.set(id, { span: { quote, provider, from, to, assets: [] }, assets: [asset] })
  }
  return [...spans.values()].flatMap(({ span, assets }) => {
    const each = Math.max(1, Math.floor(most / monthsOf(span)))
    const pieces = Math.ceil(assets.length / each)
    return Array.from({ length: pieces }, (_, at) => ({
      ...span,
      assets: assets.slice(at * each, (at + 1) * each),
    }))
  })
}

/** Months that follow each other within a year, series by series. */
function runsOf(keys: readonly ChunkKey[]): (ChunkKey & { from: Month; to: Month })[] {
  const sorted = [...keys].sort((a, b) => (chunkSeries(a) < chunkSeries(b) ? -1 : 1))
  const runs: (ChunkKey & { from: Month; to: Month })[] = []
  for (const key of sorted) {
    const last = runs.at(-1)
    const follows =
      last !== undefined &&
      seriesId(last) === seriesId(key) &&
      (nextMonth(last.to) === key.month || last.to === key.month) &&
      last.from.slice(0, 4) === key.month.slice(0, 4)
    if (follows) last.to = key.month
    else runs.push({ ...key, from: key.month, to: key.month })
  }
  return runs
}

const seriesId = ({ asset, quote, provider }: ChunkKey): string => JSON.stringify([asset, quote, provider])
const chunkSeries = (key: ChunkKey): string => `${seriesId(key)}|${key.month}`
const monthsOf = ({ from, to }: Span): number => Number(to.slice(5)) - Number(from.slice(5)) + 1

/** Flux that takes the points of a span; what follows it says which fields. */
export function spanFlux(bucket: string, span: Span): string {
  const assets = span.assets.map((asset) => `r.asset == ${fluxText(tagValue(asset))}`).join(' or ')
  return [
    `from(bucket: ${fluxText(bucket)})`,
    `|> range(start: ${fluxTime(monthStart(span.from))}, stop: ${fluxTime(monthEnd(span.to))})`,
    `|> filter(fn: (r) => r._measurement == "${CANDLE}" and r.quote == ${fluxText(tagValue(span.quote))} and ` +
      `r.provider == ${fluxText(tagValue(span.provider))} and (${assets}))`,
  ].join('\n')
}

/** Flux that answers with the points of a span, an hour a row. */
export function readScript(bucket: string, span: Span): string {
  const columns = ['_time', 'asset', ...CANDLE_FIELDS].map((name) => `"${name}"`).join(', ')
  return [
    spanFlux(bucket, span),
    '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
    `|> keep(columns: [${columns}])`,
  ].join('\n')
}

function readSpan(connection: Connection, span: Span): Promise<Chunk[]> {
  const script = readScript(connection.options.bucket, span)
  return runFlux(connection, 'a read of candles', script, () => {
    const book = new ChunkBook(span)
    return { table: (names) => book.table(names), result: () => book.chunks() }
  })
}

/** Puts points, in whatever order they come, into chunks. */
class ChunkBook {
  private readonly span: Span
  private readonly byTag: ReadonlyMap<string, AssetId>
  private readonly found = new Map<string, Filling>()

  constructor(span: Span) {
    this.span = span
    this.byTag = new Map(span.assets.map((asset) => [tagValue(asset), asset]))
  }

  table(names: readonly string[]): RowReader {
    const places = ['_time', 'asset', ...CANDLE_FIELDS].map((name) => names.indexOf(name))
    const [timeAt, assetAt, ...fieldsAt] = places as [number, number, ...number[]]
    let [tag, month, filling]: [string, string, Filling | null] = ['', '', null]
    return (cells) => {
      const time = cells[timeAt] as string
      // Rows of one series and month mostly follow each other.
      if (filling === null || cells[assetAt] !== tag || !time.startsWith(month)) {
        tag = cells[assetAt] as string
        month = time.slice(0, 7)
        filling = this.filling(tag, month as Month)
      }
      put(filling, hourIn(time), cells, fieldsAt)
    }
  }

  chunks(): Chunk[] {
    return [...this.found.values()].map(({ chunk, changed }) => ({
      ...chunk,
      revision: changed.reduce((newest, revision) => Math.max(newest, revision), 0),
    }))
  }

  private filling(tag: string, month: Month): Filling {
    const id = `${month}|${tag}`
    const known = this.found.get(id)
    if (known !== undefined) return known
    const { quote, provider } = this.span
    const chunk = emptyChunk({ asset: this.byTag.get(tag) as AssetId, quote, provider, month })
    const columns = [...CANDLE_COLUMNS.map((name) => chunk.columns[name]), chunk.changed]
    const made = { chunk, columns, changed: chunk.changed }
    this.found.set(id, made)
    return made
  }
}

/** A chunk while its points arrive; `columns` in the order of `CANDLE_FIELDS` without `state`. */
type Filling = {
  readonly chunk: Chunk
  readonly columns: readonly Float64Array[]
  readonly changed: Float64Array
}

/** Place in its month of a time such as `2025-01-31T23:00:00Z`; NaN for one that is no whole hour. */
function hourIn(time: string): number {
  if (!time.endsWith(':00:00Z') || time.length !== 20) return NaN
  const digit = (at: number) => time.charCodeAt(at) - 48
  return (digit(8) * 10 + digit(9) - 1) * 24 + digit(11) * 10 + digit(12)
}

function put(
  { chunk, columns }: Filling,
  hour: number,
  cells: readonly string[],
  places: readonly number[],
): void {
  const state = number(cells[places[columns.length] as number])
  for (let at = 0; at < columns.length; at++) {
    const value = number(cells[places[at] as number])
    if (Number.isNaN(value) || Number.isNaN(state) || Number.isNaN(hour)) throw damaged(chunk, cells)
    const column = columns[at] as Float64Array
    column[hour] = (state & (1 << at)) === 0 ? value : NaN
  }
}

const number = (text: string | undefined): number => (text === undefined || text === '' ? NaN : Number(text))

function damaged({ asset, quote, provider, month }: ChunkKey, cells: readonly string[]): TidemarkError {
  return new TidemarkError('INTEGRITY', {
    message: `InfluxDB holds a point of ${asset} in ${quote} by ${provider}, ${month}, that Tidemark did not write so: ${cells.join(',')}.`,
    fix: 'Something else writes to this bucket, or a restore was cut short. Run "tidemark verify", then restore a backup of the bucket.',
  })
}
