import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { ExportFormat } from '../../export/names.ts'
import { SOURCES } from '../../export/sources.ts'
import type { Download } from '../export/pieces.ts'
import type { ApiIo, Ask } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'
import { timeOf } from './time-of.ts'

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

/** The rows of `tidemark export`, as a file. */
export async function download({ owner, query }: Ask<'export'>, io: ApiIo): Promise<Download> {
  const { what, format } = query
  const now = io.now()
  const portfolio = await portfolioFor(what, owner, query.portfolio, io)
  const exported = await SOURCES[what]({
    ...{ owner, store: io.store, settings: io.settings, writable: true, portfolio, now },
    quote: portfolio?.baseCurrency ?? io.baseCurrency,
    assets: query.assets as AssetId[] | undefined,
    from: timeOf('from', query.from, now),
    to: timeOf('to', query.to, now),
  })
  // Of nothing that anybody wrote: names of portfolios stay out of it.
  const name = `tidemark-${what}-${formatTime(now).slice(0, 10)}.${format}`
  return { type: TYPES[format], name, pieces: encoded(exported.chunks(format)) }
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
