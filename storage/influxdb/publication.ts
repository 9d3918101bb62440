import { QUALITIES } from '#core/quality.ts'
import { monthEnd, monthOf, monthStart, type Month } from '#core/month.ts'
import type { Damage, PublicationStore, PublishedMonth, PublishedSeries, Snapshot } from '#pipeline/ports.ts'
import { fluxRows, writeLines } from './calls.ts'
import type { Connection } from './connection.ts'
import { readTag, tagText } from './lines.ts'
import {
  contentOf,
  contentThere,
  isPartial,
  pointLines,
  replacePoints,
  scopeFlux,
  type Content,
  type PointSeries,
  type Scope,
} from './point-series.ts'

/** Measurements for dashboards: a row an hour of each token, of each portfolio, and one a snapshot. */
const PNL = 'pnl'
const PNL_TOTAL = 'pnl_total'
const VALUE = 'value'
/** Says which months lie there whole: written after their points, at the start of the month. */
const PUBLISHED = 'published'

/** Earlier than any price, later than any that can be. */
const EVER = { from: Date.UTC(2000, 0), to: Date.UTC(2200, 0) }

export type InfluxPublication = PublicationStore & {
  /** Months whose points are not those that were published. */
  damage(): Promise<Damage[]>
}

/** Hourly PnL and portfolio values as points that Grafana and others read (docs/decisions/0012). */
export function influxPublication(connection: Connection): InfluxPublication {
  const { bucket } = connection.options
  return {
    async published(owner, portfolio, quote) {
      const marks = await marksOf(connection, { owner, portfolio, quote })
      return marks.map(({ month, hash }) => ({ month, hash }))
    },
    async publish(month) {
      const series = month.series.map((one) => pointsOf(month, one))
      // Until its points are there the month is published with no hash: a run that is cut off is seen.
      await writeLines(connection, bucket, [markLine(month, '', { points: 0, hash: '' })])
      await replacePoints(connection, scopeOf(month), series, 'go')
      await writeLines(connection, bucket, [markLine(month, month.hash, contentOf(series))])
    },
    publishValues: (snapshots) => publishValues(connection, snapshots),
    damage: () => damage(connection),
  }
}

type Whose = Pick<PublishedMonth, 'owner' | 'portfolio' | 'quote'>
type Mark = Whose & {
  readonly month: Month
  readonly hash: string
  readonly points: number
  readonly content: string
}

const tagsOf = ({ owner, portfolio, quote }: Whose) => ({ owner, portfolio, quote })

const scopeOf = (month: Whose & { readonly month: Month }): Scope => ({
  measurements: [PNL, PNL_TOTAL],
  tags: tagsOf(month),
  from: monthStart(month.month),
  to: monthEnd(month.month),
})

const pointsOf = (
  month: PublishedMonth,
  { asset, hours, columns, quality }: PublishedSeries,
): PointSeries => ({
  measurement: asset === null ? PNL_TOTAL : PNL,
  tags: asset === null ? tagsOf(month) : { ...tagsOf(month), asset },
  times: hours,
  columns,
  quality,
})

function markLine(month: PublishedMonth, hash: string, content: Content): string {
  const { owner, portfolio, quote } = month
  const tags = `owner=${tagText(owner)},portfolio=${tagText(portfolio)},quote=${tagText(quote)}`
  const fields = `hash="${hash.replace(/["\\]/g, '')}",points=${content.points}i,content="${content.hash}"`
  return `${PUBLISHED},${tags} ${fields} ${monthStart(month.month) / 1000}`
}

/** Months that were published whole, ascending. */
async function marksOf(connection: Connection, tags: Partial<Whose>): Promise<Mark[]> {
  const scope = { measurements: [PUBLISHED], tags: tags as Record<string, string>, ...EVER }
  const script = [
    scopeFlux(connection.options.bucket, scope),
    '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
    '|> group()',
    '|> sort(columns: ["_time"])',
  ].join('\n')
  const rows = await fluxRows(connection, 'the list of published months', script)
  return rows
    .map((row) => ({
      owner: readTag(row['owner'] ?? ''),
      portfolio: readTag(row['portfolio'] ?? ''),
      quote: readTag(row['quote'] ?? '') as Mark['quote'],
      month: monthOf(Date.parse(row['_time'] ?? '')),
      hash: row['hash'] ?? '',
      points: Number(row['points']),
      content: row['content'] ?? '',
    }))
    .filter(({ hash }) => hash !== '')
}

async function publishValues(connection: Connection, snapshots: readonly Snapshot[]): Promise<void> {
  if (snapshots.length === 0) return
  const series = snapshots.map(valueOf)
  // A value that is all there goes over whatever was; one with something missing may have to make room.
  const partial = series.filter(isPartial)
  await writeLines(connection, connection.options.bucket, pointLines(series.filter((one) => !isPartial(one))))
  if (partial.length === 0) return
  const times = partial.flatMap((one) => one.times)
  const [from, to] = [Math.min(...times), Math.max(...times) + 1000]
  await replacePoints(connection, { measurements: [VALUE], tags: {}, from, to }, partial, 'stay')
}

const valueOf = (snapshot: Snapshot): PointSeries => ({
  measurement: VALUE,
  tags: tagsOf(snapshot),
  times: [snapshot.time],
  columns: {
    value: [snapshot.value ?? NaN],
    change_24h: [snapshot.change24h?.amount ?? NaN],
    change_24h_fraction: [snapshot.change24h?.fraction ?? NaN],
    coverage: [snapshot.coverage],
    coverage_by_count: [snapshot.coverageByCount],
  },
  quality: [QUALITIES.indexOf(snapshot.quality)],
})

async function damage(connection: Connection): Promise<Damage[]> {
  const found: Damage[] = []
  for (const mark of await marksOf(connection, {})) {
    const there = await contentThere(connection, scopeOf(mark))
    if (there.points === mark.points && there.hash === mark.content) continue
    found.push({
      place: `published ${mark.owner} ${mark.portfolio} ${mark.quote} ${mark.month}`,
      found: `InfluxDB holds ${there.points} points that are not the ${mark.points} published`,
      fix: 'Run "tidemark pnl --rebuild", which publishes every month again.',
    })
  }
  return found
}
