import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { refuseStrangers, selectView } from '#pipeline/lots/select.ts'
import { lotsCsv } from '../../lots/csv.ts'
import type { ExportFormat } from '../../export/names.ts'
import { SOURCES } from '../../export/sources.ts'
import type { Download } from '../export/pieces.ts'
import type { ApiIo, Ask } from '../types.ts'
import { viewOf } from './lots.ts'
import { portfolioOf } from './portfolio-of.ts'
import { reportBounds } from './report-bounds.ts'
import { timeOf } from './time-of.ts'

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

/** The rows of `tidemark export`, as a file. */
export async function download({ owner, query }: Ask<'export'>, io: ApiIo): Promise<Download> {
  const { what, format } = query
  if (what === 'gains') return gainsFile({ owner, query }, io)
  const now = io.now()
  const portfolio = await portfolioFor(what, owner, query.portfolio, io)
  const exported = await SOURCES[what]({
    ...{ owner, store: io.store, settings: io.settings, writable: io.writable !== false, portfolio, now },
    quote: portfolio?.baseCurrency ?? io.baseCurrency,
    assets: query.assets as AssetId[] | undefined,
    from: timeOf('from', query.from, now),
    to: timeOf('to', query.to, now),
    // Row by row on its way out: only what is worked out counts.
    most: { ...reportBounds(io).most, shown: Infinity },
  })
  // Of nothing that anybody wrote: names of portfolios stay out of it.
  const name = `tidemark-${what}-${formatTime(now).slice(0, 10)}.${format}`
  return { type: TYPES[format], name, pieces: encoded(exported.chunks(format)) }
}

/** What `tidemark gains --csv` prints. */
async function gainsFile(
  { owner, query }: Pick<Ask<'export'>, 'owner' | 'query'>,
  io: ApiIo,
): Promise<Download> {
  const { columns, method, scope, year, portfolio, to } = query
  const { view } = await viewOf(owner, { portfolio, method, scope, at: to }, io)
  const assets = query.assets as AssetId[] | undefined
  refuseStrangers(view, assets)
  const shown = selectView(view, { assets, year })
  const name = `tidemark-gains-${columns}-${year ?? 'all'}.csv`
  return { type: TYPES.csv, name, pieces: encoded(lotsCsv(shown, columns)) }
}

/** Prices are everybody's: they need no portfolio. */
async function portfolioFor(
  what: string,
  owner: string,
  name: string | undefined,
  io: ApiIo,
): Promise<Portfolio | null> {
  const isNeeded = what !== 'prices' || name !== undefined
  return isNeeded ? portfolioOf(owner, name, io) : ((await io.store.portfolios(owner))[0] ?? null)
}

async function* encoded(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const chunk of chunks) yield encoder.encode(chunk)
}
