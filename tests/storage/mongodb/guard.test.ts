import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { connect, releaseClient, type Server } from '#storage/mongodb/connect.ts'
import { withHeads } from '#storage/mongodb/guard.ts'
import type { Head, Heads } from '#storage/mongodb/head.ts'
import { collectionOf } from '#storage/mongodb/schema.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { newDatabase } from './database.ts'

const servers = withServers('mongodb')
const GUARD_MS = 600

type Count = Head & { readonly n: number }
const countHeads = (server: Server): Heads<Count> => ({
  collection: collectionOf<Count>(server, 'pnl_heads'),
  empty: () => ({ n: 0 }),
})
const add = (server: Server, ids: readonly string[], work: () => Promise<unknown> = async () => undefined) =>
  withHeads(server, countHeads(server), ids, async ({ heads, check }) => {
    check()
    await work()
    return { next: new Map(ids.map((id) => [id, { n: (heads.get(id)?.n ?? 0) + 1 }])), result: undefined }
  })
const counted = async (server: Server, id: string) =>
  (await countHeads(server).collection.findOne({ _id: id }))?.n

servers.describe('guards', () => {
  const process = async (uri: string): Promise<Server> => {
    // A process of its own as far as the store can tell: its own turns, and its own memory of fences.
    const server = await connect(uri, GUARD_MS)
    onTestFinished(() => releaseClient(uri))
    return server
  }
  const two = async (): Promise<[Server, Server]> => {
    const uri = newDatabase((await servers.addresses()).mongodb.uri)
    return [await process(uri), await process(uri)]
  }

  test('F31: many at once, over several heads in any order, add up', { timeout: 120_000 }, async () => {
    const both = await two()
    const orders = [['a', 'b'], ['b', 'a'], ['b', 'c'], ['a']]
    const rounds = 48
    await Promise.all(
      Array.from({ length: rounds }, (_, n) => add(both[n % 2] as Server, orders[n % 4] as string[])),
    )
    const [server] = both
    const each = rounds / 4
    expect([await counted(server, 'a'), await counted(server, 'b'), await counted(server, 'c')]).toEqual([
      each * 3,
      each * 3,
      each,
    ])
    expect(await server.db.collection('guards').countDocuments()).toBe(0)
  })

  test('F31: who died is waited for, then gone on without; its head is known to be unfinished', async () => {
    const [server] = await two()
    await add(server, ['a'])
    const guard = { _id: 'pnl_heads|a|2', holder: randomBytes(4).toString('hex'), beat: 0 }
    await collectionOf<typeof guard>(server, 'guards').insertOne(guard)
    let dirty: unknown
    await withHeads(server, countHeads(server), ['a'], async ({ heads, fence }) => {
      dirty = heads.get('a')?.dirty
      expect(fence('a')).toBe(3)
      return { next: new Map([['a', { n: 2 }]]), result: undefined }
    })
    expect(dirty).toBe(true)
    expect(await countHeads(server).collection.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 2, fence: 3 })
    expect(await server.db.collection('guards').countDocuments()).toBe(0)
  })

  test('F31: who works for long is not taken for dead', { timeout: 60_000 }, async () => {
    const [one, other] = await two()
    const order: string[] = []
    const long = add(one, ['a'], async () => {
      await new Promise((resolve) => setTimeout(resolve, GUARD_MS * 3))
      order.push('long')
    })
    await new Promise((resolve) => setTimeout(resolve, GUARD_MS / 2))
    const short = add(other, ['a'], async () => void order.push('short'))
    await Promise.all([long, short])
    expect(order).toEqual(['long', 'short'])
    expect(await counted(one, 'a')).toBe(2)
  })

  test('who stood still while others went on commits nothing', { timeout: 60_000 }, async () => {
    const [one, other] = await two()
    await add(one, ['a'])
    const stopped = withHeads(one, countHeads(one), ['a'], async ({ heads }) => {
      // What another does that has waited long enough: it uses up the number of this hold, and works on.
      await other.db.collection('guards').deleteMany({})
      await countHeads(other).collection.updateOne({ _id: 'a' }, { $set: { fence: 2, dirty: true } })
      await add(other, ['a'])
      await new Promise((resolve) => setTimeout(resolve, GUARD_MS))
      return { next: new Map([['a', { n: (heads.get('a')?.n ?? 0) + 100 }]]), result: undefined }
    })
    await expect(stopped).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: 6 })
    expect(await counted(one, 'a')).toBe(2)
  })

  test('work that fails leaves its heads as they were and its guards free', async () => {
    const [server] = await two()
    await add(server, ['a'])
    await expect(add(server, ['a', 'b'], () => Promise.reject(new Error('in the middle')))).rejects.toThrow(
      'in the middle',
    )
    expect(await counted(server, 'a')).toBe(1)
    expect(await server.db.collection('guards').countDocuments()).toBe(0)
    await add(server, ['a', 'b'])
    expect([await counted(server, 'a'), await counted(server, 'b')]).toEqual([2, 1])
  })
})
