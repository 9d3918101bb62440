import { expect, onTestFinished, test } from 'vitest'
import { copyStore, type ContentStore } from '#storage/copy.ts'
import { openStore } from '#storage/open.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { newFile } from '../support/embedded.ts'
import { fill } from '../support/filled.ts'
import { BTC, ETH, flowOf, importOf, runOf, USD } from '../support/values.ts'
import { newDatabase, openDatabase } from './database.ts'

const servers = withServers('mongodb')
const MAIN = { owner: 'local', books: ['portfolio:main', 'wallet:0xab'] }

async function embedded(file = newFile()): Promise<ContentStore> {
  const store = await openStore({ kind: 'embedded', file, create: true })
  onTestFinished(() => store.close())
  return store
}

servers.describe('copies out of and into MongoDB', () => {
  const database = async () => openDatabase(newDatabase((await servers.addresses()).mongodb.uri))

  test('embedded to MongoDB and back holds the same, revisions and all', { timeout: 120_000 }, async () => {
    const [file, server, back] = [await embedded(), await database(), await embedded()]
    await fill(file)
    // A row that was retired, and one that came again.
    await file.importFlows(importOf([flowOf('known', { tx: '0xfeed' }), flowOf('gone')]))
    await file.importFlows(importOf([flowOf('known', { tx: '0xfeed' })]))
    const { hash } = await copyStore(file, server)
    await copyStore(server, back)
    expect([await server.canonicalHash(), await back.canonicalHash()]).toEqual([hash, hash])
    for (const store of [server, back]) {
      expect((await store.verify()).damage).toEqual([])
      expect(await store.flows(MAIN)).toEqual(await file.flows(MAIN))
      expect(await store.flowMonths('local', MAIN.books)).toEqual(await file.flowMonths('local', MAIN.books))
      expect(await store.monthRevisions([BTC, ETH], USD)).toEqual(await file.monthRevisions([BTC, ETH], USD))
      expect(await store.runs({ limit: 9, offset: 0 })).toEqual(await file.runs({ limit: 9, offset: 0 }))
    }
    const again = await copyStore(file, server)
    expect(Object.values(again.tables).reduce((sum, { copied }) => sum + copied, 0)).toBe(0)
    // What goes on after the copy goes on the same.
    for (const store of [file, server]) {
      await store.importFlows(importOf([flowOf('gone'), flowOf('next')]))
      await store.writePrices([{ run: runOf([5, 6], 1), suspects: [], gaps: [] }])
    }
    expect(await server.canonicalHash()).toBe(await file.canonicalHash())
    expect(await server.monthRevisions([BTC], USD)).toEqual(await file.monthRevisions([BTC], USD))
  })

  test(
    'F30: a backup is one file of the embedded store with the same content',
    { timeout: 120_000 },
    async () => {
      const server = await database()
      await fill(server)
      const target = newFile()
      const { hash, bytes } = await server.backup(target)
      expect(hash).toBe(await server.canonicalHash())
      expect(bytes).toBeGreaterThan(1000)
      const backup = await embedded(target)
      expect(await backup.canonicalHash()).toBe(hash)
      expect((await backup.verify()).damage).toEqual([])
    },
  )
})
