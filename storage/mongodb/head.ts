import type { ClientSession, Collection } from 'mongodb'
import type { Server } from './connect.ts'
import { perMessage, pieces } from './documents.ts'
import { isDuplicate, overtakenError } from './errors.ts'

/**
 * The one document that says what stands of something. `fence` counts the holds of its guard that ended with a write
 * or were ended by others; `dirty` says that the last one did not finish, so that parts of it may lie about.
 */
export type Head = { readonly _id: string; readonly fence: number; readonly dirty?: true }

type Content<H extends Head> = Omit<H, keyof Head>

/** Where heads of one kind lie. */
export type Heads<H extends Head> = {
  readonly collection: Collection<H>
  /** The content of a head that is not there yet. */
  readonly empty: (id: string) => Content<H>
}

/** Puts heads in the place of those that were read: all of them or none where the server has transactions. */
export async function commitHeads<H extends Head>(
  server: Server,
  collection: Collection<H>,
  before: ReadonlyMap<string, H>,
  next: ReadonlyMap<string, Content<H>>,
): Promise<void> {
  const all = (session?: ClientSession) => commitEach(server, collection, before, next, session)
  if (next.size === 1 || !server.transactions) return all()
  await server.client.withSession((session) => session.withTransaction(() => all(session)))
}

async function commitEach<H extends Head>(
  server: Server,
  collection: Collection<H>,
  before: ReadonlyMap<string, H>,
  next: ReadonlyMap<string, Content<H>>,
  session?: ClientSession,
): Promise<void> {
  const fresh = [...next].filter(([id]) => !before.has(id))
  const known = [...next].filter(([id]) => before.has(id))
  const options = { ordered: false, ...(session === undefined ? {} : { session }) }
  if (fresh.length > 0) {
    const documents = fresh.map(([_id, content]) => ({ ...content, _id, fence: 1 }))
    await collection.insertMany(documents as never, options).catch((error: unknown) => {
      throw isDuplicate(error) ? overtakenError(server) : error
    })
  }
  for (const some of pieces(known, perMessage(server))) {
    const operations = some.map(([_id, content]) => {
      const { fence } = before.get(_id) as H
      const filter = whereFence(server, _id, fence)
      return { replaceOne: { filter, replacement: { ...content, fence: fence + 1 } } }
    })
    const { matchedCount } = await collection.bulkWrite(operations as never, options)
    if (matchedCount !== some.length) throw overtakenError(server)
  }
}

/** Uses up the number of a hold that did not finish, so that its holder, should it still live, cannot commit. */
export async function voidHead<H extends Head>(
  server: Server,
  { collection, empty }: Heads<H>,
  id: string,
  before: H | null,
): Promise<void> {
  if (before === null) {
    const document = { ...empty(id), _id: id, fence: 1, dirty: true }
    await collection.insertOne(document as never).catch((error: unknown) => {
      if (!isDuplicate(error)) throw error
    })
    return
  }
  const update = { $set: { fence: before.fence + 1, dirty: true } }
  await collection.updateOne(whereFence(server, id, before.fence) as never, update as never)
}

// FerretDB would read the whole collection for a filter on more than the id, and gain nothing: there the guard is all.
const whereFence = (server: Server, _id: string, fence: number) => (server.atomic ? { _id, fence } : { _id })
