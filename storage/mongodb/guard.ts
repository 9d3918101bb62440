import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoBulkWriteError, type Collection } from 'mongodb'
import type { Server } from './connect.ts'
import { byIds, idOf, perMessage, pieces, removeIds } from './documents.ts'
import { busyError, DUPLICATE, overtakenError } from './errors.ts'
import { commitHeads, voidHead, type Head, type Heads } from './head.ts'

/** How long a guard that others hold and use is waited for. */
const BUSY_MS = 60_000
const ABANDON_MS = 3000

/** A guard's document: who holds it, and a number that moves while the holder works. */
type Guard = { readonly _id: string; readonly holder: string; readonly beat: number }

/** The heads that are held. */
export type Hold<H> = {
  readonly heads: ReadonlyMap<string, H>
  /** The number of this hold of a head: larger than that of every hold before. */
  readonly fence: (id: string) => number
  /** To be called before every write. @throws TidemarkError when the hold may have been taken over meanwhile */
  readonly check: () => void
}
export type Held<H extends Head, T> = {
  /** Heads in the place of those that were; they are the commit of all that was written. */
  readonly next: ReadonlyMap<string, Omit<H, keyof Head>>
  readonly result: T
  /** What is left to do when the heads stand, still under the guard. */
  readonly afterwards?: () => Promise<void>
}

/**
 * Reads heads, lets `work` write what belongs to them, and puts the next heads in their place, while nobody else does
 * so with any of them (docs/decisions/0013). When `work` fails after it began to write, the heads are left as they
 * were and marked `dirty`, and so are those of a process that died.
 */
export async function withHeads<H extends Head, T>(
  server: Server,
  heads: Heads<H>,
  ids: readonly string[],
  work: (hold: Hold<H>) => Promise<Held<H, T>>,
): Promise<T> {
  const wanted = [...new Set(ids)]
  const leave = await server.turns.enter(wanted.map((id) => nameOf(heads, id)))
  try {
    const holding = await Holding.take(server, heads, wanted)
    return await holding.run(work)
  } finally {
    leave()
  }
}

const nameOf = <H extends Head>(heads: Heads<H>, id: string) => `${heads.collection.collectionName}|${id}`

class Holding<H extends Head> {
  private readonly beating: NodeJS.Timeout
  private beatAt = performance.now()
  private beat = 0
  private wrote = false
  private readonly server: Server
  private readonly heads: Heads<H>
  private readonly found: ReadonlyMap<string, H>
  /** Ids of the guards that are held, by head. */
  private readonly guards: ReadonlyMap<string, string>

  constructor(
    server: Server,
    heads: Heads<H>,
    found: ReadonlyMap<string, H>,
    guards: ReadonlyMap<string, string>,
  ) {
    this.server = server
    this.heads = heads
    this.found = found
    this.guards = guards
    this.beating = setInterval(() => void this.touch(), server.guardMs / 4)
    this.beating.unref()
  }

  static async take<H extends Head>(
    server: Server,
    heads: Heads<H>,
    ids: readonly string[],
  ): Promise<Holding<H>> {
    const watched = new Watch(server.guardMs)
    const deadline = performance.now() + BUSY_MS
    for (;;) {
      const known = await knownFences(server, heads, ids)
      const guards = new Map(ids.map((id) => [id, guardId(heads, id, (known.get(id) as number) + 1)]))
      const refused = await insertGuards(server, [...guards.values()])
      // Who reads after that sees what the last holder has done: nobody else can commit this number.
      const found = refused.size === 0 ? await byIds(server, heads.collection, ids) : new Map<string, H>()
      const stale = ids.filter((id) => (found.get(id)?.fence ?? 0) !== known.get(id))
      if (refused.size === 0 && stale.length === 0) return new Holding(server, heads, found, guards)
      await removeIds(
        server,
        guardsOf(server),
        [...guards.values()].filter((id) => !refused.has(id)),
      )
      for (const id of ids) server.fences.delete(nameOf(heads, id))
      if (refused.size === 0) continue
      for (const id of ids) if (refused.has(guards.get(id) as string)) await seeTo(server, heads, id, watched)
      if (performance.now() > deadline) throw busyError(server, heads.collection.collectionName)
      await sleep(5 + Math.random() * 30)
    }
  }

  async run<T>(work: (hold: Hold<H>) => Promise<Held<H, T>>): Promise<T> {
    const { server, heads, found } = this
    const fence = (id: string) => (found.get(id)?.fence ?? 0) + 1
    const check = () => this.check()
    try {
      const { next, result, afterwards } = await work({ heads: found, fence, check })
      if (next.size > 0) {
        this.check()
        await commitHeads(server, heads.collection, found, next)
      }
      this.remember(next)
      await afterwards?.()
      await this.release()
      return result
    } catch (error) {
      // With the server gone it would only wait: what is left is seen to by whoever comes next.
      await Promise.race([
        this.abandon().catch(() => undefined),
        sleep(ABANDON_MS, undefined, { ref: false }),
      ])
      throw error
    } finally {
      clearInterval(this.beating)
    }
  }

  private check(): void {
    if (this.isOld()) throw overtakenError(this.server)
    this.wrote = true
  }

  private isOld(): boolean {
    return performance.now() - this.beatAt > this.server.guardMs * 0.7
  }

  private async touch(): Promise<void> {
    const from = performance.now()
    this.beat++
    const operations = [...this.guards.values()].map((_id) => ({
      updateOne: { filter: { _id }, update: { $set: { beat: this.beat } } },
    }))
    let matched = 0
    try {
      for (const some of pieces(operations, perMessage(this.server)))
        matched += (await guardsOf(this.server).bulkWrite(some, { ordered: false })).matchedCount
    } catch {
      return // Not told is not known: `check` finds the beat too old if it goes on.
    }
    if (matched === operations.length) this.beatAt = from
  }

  private remember(next: ReadonlyMap<string, unknown>): void {
    for (const id of this.guards.keys()) {
      const before = this.found.get(id)?.fence ?? 0
      this.server.fences.set(nameOf(this.heads, id), next.has(id) ? before + 1 : before)
    }
  }

  private release(): Promise<void> {
    return removeIds(this.server, guardsOf(this.server), [...this.guards.values()])
  }

  /** A hold that failed: where it wrote nothing it just ends, else its number is used up and the heads are dirty. */
  private async abandon(): Promise<void> {
    for (const id of this.guards.keys()) this.server.fences.delete(nameOf(this.heads, id))
    if (this.isOld()) return
    for (const id of this.guards.keys()) {
      const before = this.found.get(id)
      if (this.wrote) await voidHead(this.server, this.heads, id, before ?? null)
    }
    await this.release()
  }
}

async function knownFences<H extends Head>(
  server: Server,
  heads: Heads<H>,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const unknown = ids.filter((id) => !server.fences.has(nameOf(heads, id)))
  const found = await byIds(server, heads.collection, unknown)
  return new Map(
    ids.map((id) => [id, server.fences.get(nameOf(heads, id)) ?? found.get(id)?.fence ?? 0] as const),
  )
}

/** @returns the ids that others hold */
async function insertGuards(server: Server, ids: readonly string[]): Promise<Set<string>> {
  const holder = randomBytes(12).toString('hex')
  const refused = new Set<string>()
  for (const some of pieces(ids, 1000)) {
    try {
      await guardsOf(server).insertMany(
        some.map((_id) => ({ _id, holder, beat: 0 })),
        { ordered: false },
      )
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error
      for (const { index, code } of [error.writeErrors].flat()) {
        if (code !== DUPLICATE) throw error
        refused.add(some[index] as string)
      }
    }
  }
  return refused
}

/** What to do about a guard of somebody else: nothing while it moves, its end when it stands still or its work is done. */
async function seeTo<H extends Head>(
  server: Server,
  heads: Heads<H>,
  id: string,
  watched: Watch,
): Promise<void> {
  const head = (await byIds(server, heads.collection, [id])).get(id) ?? null
  const guard = guardId(heads, id, (head?.fence ?? 0) + 1)
  if (head !== null) {
    // Left by a process that died between its commit and the end of its guard.
    await removeIds(server, guardsOf(server), [guardId(heads, id, head.fence)])
  }
  const found = await guardsOf(server).findOne({ _id: guard })
  if (found === null || !watched.stands(guard, `${found.holder} ${found.beat}`)) return
  const claim = `${guard}|end`
  const refused = await insertGuards(server, [claim])
  if (refused.size === 0) {
    await voidHead(server, heads, id, head)
    await removeIds(server, guardsOf(server), [guard, claim])
  } else if (watched.stands(claim, '')) await removeIds(server, guardsOf(server), [claim])
}

/** Tells what has not moved for a time, by the clock of this process alone: those of other machines may be off. */
class Watch {
  private readonly seen = new Map<string, { sign: string; since: number }>()
  private readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }

  stands(id: string, sign: string): boolean {
    const known = this.seen.get(id)
    if (known?.sign === sign) return performance.now() - known.since > this.ms
    this.seen.set(id, { sign, since: performance.now() })
    return false
  }
}

const guardId = <H extends Head>(heads: Heads<H>, id: string, fence: number): string =>
  `${idOf(heads.collection.collectionName)}|${id}|${fence}`

const guardsOf = (server: Server): Collection<Guard> => server.db.collection<Guard>('guards')
