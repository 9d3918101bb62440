import type { CandleRun, Chunk, ChunkKey } from '#core/candle.ts'
import { addHours } from '#core/hour.ts'
import { emptyChunk, mergeRun, type MergeCounts } from '#core/merge.ts'
import { monthsBetween } from '#core/month.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import type { GapStore, PriceWrite, PriceWriter } from '#pipeline/ports.ts'
import { bySeries, gapTable, nextGaps, nextSuspects, suspectTable, type SeriesHours } from '../rows/gaps.ts'
import type { Row } from '../rows/row.ts'
import type { ChunkChange, ChunkData } from './chunk-data.ts'
import { chunkHash } from './chunks.ts'
import type { Server } from './connect.ts'
import { idOf } from './documents.ts'
import { damagedError } from './errors.ts'
import { withHeads, type Hold } from './guard.ts'
import { clearIntents, noteIntents, repaired } from './intents.ts'
import {
  checkSeries,
  emptySeries,
  gapRow,
  refOf,
  sealed,
  seriesHeads,
  seriesId,
  suspectRow,
  type ChunkHead,
  type SeriesContent,
  type SeriesHead,
} from './series-head.ts'

/** What one call asks of one series, in its order. */
type Order = { readonly write: number; readonly run?: CandleRun; readonly suspects: readonly Suspect[] } & {
  readonly cuts: readonly SeriesHours[]
  readonly gaps: readonly Gap[]
}

/** Writing of series: everything that one call changes of an asset is committed by its head. */
export function priceStore(server: Server, data: ChunkData): PriceWriter & Pick<GapStore, 'decideSuspect'> {
  return {
    async writePrices(writes) {
      const counts = writes.map((): MergeCounts => ({ added: 0, changed: 0, unchanged: 0 }))
      await carryOut(server, data, ordersOf(writes), counts)
      return counts
    },
    async writeGaps(gaps) {
      await carryOut(server, data, gapOrders(new Map(), 0, [], gaps), [])
    },
    async decideSuspect({ asset, quote, provider, time }, state) {
      const id = seriesId({ asset, quote })
      return withHeads(server, seriesHeads(server), [id], async ({ heads, check }) => {
        const head = heads.get(id)
        const at =
          head?.suspects.findIndex((row) => row['provider'] === provider && row['time'] === time) ?? -1
        if (head === undefined || at < 0) return { next: new Map(), result: false }
        check()
        const suspects = head.suspects.with(at, { ...(head.suspects[at] as Row), state })
        return { next: new Map([[id, sealed({ ...checkSeries(server, head), suspects })]]), result: true }
      })
    },
  }
}

async function carryOut(
  server: Server,
  data: ChunkData,
  orders: ReadonlyMap<string, readonly Order[]>,
  counts: MergeCounts[],
): Promise<void> {
  refuseUnwritable(orders)
  const ids = [...orders.keys()]
  if (ids.length === 0) return
  await withHeads(server, seriesHeads(server), ids, async (hold) => {
    const heads = await repaired(server, data, hold.heads)
    const present = await presentChunks(server, data, heads, orders)
    const changes: ChunkChange[] = []
    const next = new Map<string, SeriesContent>()
    for (const [id, own] of orders) {
      const before = heads.get(id) ?? emptySeries(id)
      const after = applied(before, own, present, counts, changes, hold.fence(id))
      if (after.checksum !== hold.heads.get(id)?.checksum) next.set(id, after)
    }
    if (changes.length > 0) await writeChunks(server, data, changes, hold)
    return { next, result: undefined, afterwards: () => clearIntents(server, data, changes) }
  })
}

async function writeChunks(server: Server, data: ChunkData, changes: ChunkChange[], hold: Hold<SeriesHead>) {
  hold.check()
  await noteIntents(server, data, changes)
  await data.write(changes)
}

/** Before anything is written: an answer that cannot be stored is refused whole. */
function refuseUnwritable(orders: ReadonlyMap<string, readonly Order[]>): void {
  for (const order of [...orders.values()].flat()) {
    order.suspects.forEach(suspectRow)
    order.gaps.forEach(gapRow)
    if (order.run !== undefined) idOf(order.run.asset, order.run.quote, order.run.provider)
  }
}

function ordersOf(writes: readonly PriceWrite[]): Map<string, Order[]> {
  const orders = new Map<string, Order[]>()
  for (const [write, { run, suspects, gaps }] of writes.entries()) {
    const { asset, quote, provider } = run
    const hours = { asset, quote, provider, from: run.from, to: runEnd(run) }
    const own = suspects.filter(
      (each) => each.asset === asset && each.quote === quote && each.provider === provider,
    )
    put(orders, seriesId(run), { write, run, suspects: own, cuts: [], gaps: [] })
    gapOrders(orders, write, [hours], gaps)
  }
  return orders
}

function gapOrders(
  orders: Map<string, Order[]>,
  write: number,
  cuts: readonly SeriesHours[],
  gaps: readonly Gap[],
): Map<string, Order[]> {
  for (const part of bySeries(cuts, gaps))
    put(orders, seriesId(part.key), { write, suspects: [], cuts: part.cuts, gaps: part.added })
  return orders
}

function put(orders: Map<string, Order[]>, id: string, order: Order): void {
  orders.set(id, [...(orders.get(id) ?? []), order])
}

/** The chunks that the runs fall in, as they stand, by their place. */
async function presentChunks(
  server: Server,
  data: ChunkData,
  heads: ReadonlyMap<string, SeriesHead>,
  orders: ReadonlyMap<string, readonly Order[]>,
): Promise<Map<string, Chunk>> {
  const refs = [...orders].flatMap(([id, own]) => {
    const head = heads.get(id)
    if (head === undefined) return []
    checkSeries(server, head)
    const wanted = new Set(own.flatMap(({ run }) => (run === undefined ? [] : keysOf(run).map(chunkId))))
    return head.chunks.map((chunk) => refOf(head, chunk)).filter((ref) => wanted.has(chunkId(ref)))
  })
  const chunks = await data.read(refs)
  return new Map(
    refs.map((ref, at) => {
      const chunk = chunks[at] ?? null
      if (chunk === null)
        throw damagedError(
          server,
          `the chunk ${chunkId(ref)} is not of revision ${ref.revision}, as its head says`,
        )
      return [chunkId(ref), chunk]
    }),
  )
}

function applied(
  before: SeriesContent,
  orders: readonly Order[],
  present: ReadonlyMap<string, Chunk>,
  counts: MergeCounts[],
  changes: ChunkChange[],
  fence: number,
): SeriesContent {
  const merged = new Map<string, { before: Chunk; after: Chunk }>()
  let suspects = before.suspects.map((row) => suspectTable.read(row))
  let gaps: readonly Gap[] = before.gaps.map((row) => gapTable.read(row))
  for (const order of orders) {
    const { run } = order
    if (run !== undefined) {
      mergeInto(merged, present, run, counts[order.write] as MergeCounts)
      const hours = {
        asset: run.asset,
        quote: run.quote,
        provider: run.provider,
        from: run.from,
        to: runEnd(run),
      }
      const mine = ({ provider }: Suspect) => provider === run.provider
      const next = nextSuspects(suspects.filter(mine), hours, order.suspects)
      suspects = [...suspects.filter((each) => !mine(each)), ...next]
    }
    const provider = order.cuts[0]?.provider ?? order.gaps[0]?.provider
    const own = (gap: Gap) => gap.provider === provider
    gaps = [...gaps.filter((gap) => !own(gap)), ...nextGaps(gaps.filter(own), order.cuts, order.gaps)]
  }
  const chunks = nextChunks(before.chunks, [...merged.values()], changes, fence)
  return sealed({ ...before, chunks, suspects: suspects.map(suspectRow), gaps: gaps.map(gapRow) })
}

function mergeInto(
  merged: Map<string, { before: Chunk; after: Chunk }>,
  present: ReadonlyMap<string, Chunk>,
  run: CandleRun,
  counts: MergeCounts,
): void {
  for (const key of keysOf(run)) {
    const id = chunkId(key)
    const before = merged.get(id)?.before ?? present.get(id) ?? emptyChunk(key)
    const { chunk, counts: own } = mergeRun(merged.get(id)?.after ?? before, run)
    if (chunk.revision !== before.revision) merged.set(id, { before, after: chunk })
    counts.added += own.added
    counts.changed += own.changed
    counts.unchanged += own.unchanged
  }
}

/** The heads of the chunks after the changes, each of which goes where its predecessor does not lie. */
function nextChunks(
  present: readonly ChunkHead[],
  merged: readonly { before: Chunk; after: Chunk }[],
  changes: ChunkChange[],
  fence: number,
): ChunkHead[] {
  const next = new Map(present.map((chunk) => [`${chunk.provider} ${chunk.month}`, chunk]))
  for (const { before, after } of merged) {
    const { provider, month, revision } = after
    const id = `${provider} ${month}`
    const slot = 1 - (next.get(id)?.slot ?? 1)
    changes.push({ before, after, slot, fence })
    next.set(id, { provider, month, revision, hash: chunkHash(after), slot })
  }
  return [...next.values()]
}

function keysOf(run: CandleRun): ChunkKey[] {
  const end = runEnd(run)
  if (end === run.from) return []
  const { asset, quote, provider } = run
  return monthsBetween(run.from, end - 1).map((month) => ({ asset, quote, provider, month }))
}

const chunkId = ({ asset, quote, provider, month }: ChunkKey): string =>
  JSON.stringify([asset, quote, provider, month])

const runEnd = (run: CandleRun) => addHours(run.from, run.columns.count.length)
