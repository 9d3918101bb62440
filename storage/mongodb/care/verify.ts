import { TidemarkError } from '#core/errors.ts'
import { monthLength } from '#core/month.ts'
import type { Damage, StoreCare } from '#pipeline/ports.ts'
import { chunkBytes, encodeChunk } from '../../rows/chunk-blob.ts'
import { CONTENT } from '../../rows/content.ts'
import { flowMonth, flowTable } from '../../rows/flows.ts'
import { int, text, type Shape } from '../../rows/row.ts'
import { leaseTable } from '../../rows/runs.ts'
import { bookHeads, isSoundBook, type BookHead } from '../books.ts'
import type { ChunkData } from '../chunk-data.ts'
import { chunkHash } from '../chunks.ts'
import type { Server } from '../connect.ts'
import { isSound } from '../documents.ts'
import { flowCollection, stands, type FlowDocument } from '../flow-documents.ts'
import { openIntents } from '../intents.ts'
import { COLLECTIONS, collectionOf, type CollectionName } from '../schema.ts'
import { isSoundSeries, seriesHeads, type SeriesHead } from '../series-head.ts'

type Report = Awaited<ReturnType<StoreCare['verify']>>

const COPY_BACK =
  'Copy the newest good backup into an empty database with "tidemark store copy --from embedded:FILE --to mongodb".'
const FIXES: Readonly<Record<string, string>> = {
  chunks: `${COPY_BACK} Without one, delete the document of the series and run "tidemark backfill".`,
  batches: `${COPY_BACK} Or run "tidemark pnl --rebuild", which computes it again.`,
  pnl_months: `${COPY_BACK} Or run "tidemark pnl --rebuild", which computes it again.`,
}
const fixOf = (table: string): string => FIXES[table] ?? COPY_BACK

/** Checks every checksum, every chunk against its head, the months of every book against its flows. */
export async function verifyServer(server: Server, data: ChunkData): Promise<Report> {
  const report: Report = { checked: {}, damage: [] }
  for (const table of [...CONTENT.map((part) => part.table), leaseTable])
    if (Object.hasOwn(COLLECTIONS, table.name) && table !== flowTable && table.name !== 'chunks')
      await checkRows(server, report, table)
  await checkSeries(server, data, report)
  await checkBooks(server, report)
  await checkIntents(server, report)
  return report
}

function note(report: Report, table: string, place: string, found: string): void {
  report.damage.push({ place: `${table} ${place}`, found, fix: fixOf(table) } satisfies Damage)
}

async function checkRows(server: Server, report: Report, table: Shape): Promise<void> {
  let rows = 0
  const all = collectionOf(server, table.name as CollectionName).find({}, { timeoutMode: 'iteration' })
  for await (const document of all) {
    rows++
    if (!isSound(table, document))
      note(report, table.name, document._id, 'the document does not match its checksum')
  }
  report.checked[table.name] = rows
}

async function checkSeries(server: Server, data: ChunkData, report: Report): Promise<void> {
  const counts = { series: 0, chunks: 0, suspects: 0, gaps: 0 }
  for await (const found of seriesHeads(server).collection.find({}, { timeoutMode: 'iteration' })) {
    const head = found as SeriesHead
    counts.series++
    counts.chunks += head.chunks.length
    counts.suspects += head.suspects.length
    counts.gaps += head.gaps.length
    if (!isSoundSeries(head)) note(report, 'series', head._id, 'the head does not match its checksum')
    else await checkChunks(data, report, head)
  }
  Object.assign(report.checked, counts)
}

async function checkChunks(
  data: ChunkData,
  report: Report,
  { asset, quote, chunks }: SeriesHead,
): Promise<void> {
  for (const { provider, month, revision, hash } of chunks) {
    const place = `${asset} ${quote} ${provider} ${month}`
    try {
      const chunk = await data.found({ asset, quote, provider, month }, revision)
      const found =
        chunk === null ? 'its head tells of it, and it is not there' : wrongIn(chunk, revision, hash)
      if (found !== null) note(report, 'chunks', place, found)
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code !== 'INTEGRITY') throw error
      note(report, 'chunks', place, error.message)
    }
  }
}

type Found = NonNullable<Awaited<ReturnType<ChunkData['found']>>>

function wrongIn(chunk: Found, revision: number, hash: string): string | null {
  if (chunk.revision !== revision) return `revision ${chunk.revision}, its head says ${revision}`
  if (chunk.changed.length !== monthLength(chunk.month))
    return `${encodeChunk(chunk).length} bytes, ${monthLength(chunk.month)} hours take ${chunkBytes(chunk.month)}`
  const newest = chunk.changed.reduce((a, b) => Math.max(a, b), 0)
  if (newest !== revision) return `revision ${revision}, but its hours changed up to ${newest}`
  return chunkHash(chunk) === hash ? null : 'it does not match the hash in its head'
}

async function checkBooks(server: Server, report: Report): Promise<void> {
  let books = 0
  const versions = new Map<string, Map<string, number>>()
  for await (const found of bookHeads(server).collection.find({}, { timeoutMode: 'iteration' })) {
    const head = found as BookHead
    books++
    if (isSoundBook(head)) await checkBook(server, report, head)
    else note(report, 'books', head._id, 'the head does not match its checksum')
    versions.set(head._id, new Map())
  }
  report.checked['books'] = books
  report.checked['flows'] = await flowCollection(server).countDocuments({})
}

async function checkBook(
  server: Server,
  report: Report,
  { owner, book, version, months }: BookHead,
): Promise<void> {
  const counted = new Map<string, number>()
  const where = { owner, book } as never
  for await (const found of flowCollection(server).find(where, { timeoutMode: 'iteration' })) {
    const document = found as FlowDocument
    if (!isSound(flowTable, document))
      note(report, 'flows', document._id, 'the document does not match its checksum')
    const month = text(document['month'] as string)
    const wanted = flowMonth(int(document['time'] as number))
    if (month !== wanted) note(report, 'flows', document._id, `stands in ${month}, not ${wanted}`)
    if (stands(document, version)) counted.set(month, (counted.get(month) ?? 0) + 1)
  }
  const noted = new Map(months.map(({ month, count }) => [month as string, count]))
  for (const month of new Set([...noted.keys(), ...counted.keys()])) {
    const [says, are] = [noted.get(month) ?? 0, counted.get(month) ?? 0]
    if (says !== are)
      note(report, 'flow_months', `${owner} ${book} ${month}`, `says ${says} flows, there are ${are}`)
  }
}

async function checkIntents(server: Server, report: Report): Promise<void> {
  for (const id of await openIntents(server))
    report.damage.push({
      place: `intents ${id}`,
      found: 'a writer is at work there, or died in the middle',
      fix: 'Wait until other commands have ended, then run "tidemark ingest", which mends what was left.',
    })
}
