import { inspect } from 'node:util'
import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { EXIT, TidemarkError } from '#core/errors.ts'
import { serverError } from '#storage/mongodb/errors.ts'
import { placeOf } from '#storage/mongodb/place.ts'
import { openStore } from '#storage/open.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { toxiproxyAt } from '#tests/servers/toxiproxy-client.ts'
import { BTC, MONTH, runOf, USD } from '../support/values.ts'
import { newDatabase, openDatabase, withDriver } from './database.ts'

const CANARY = 'pa55-canary'
const PLACE = placeOf(`mongodb://ann:${CANARY}@db.example:27017/books?authSource=admin`)

/** What `work` throws, as an error of ours, with everything that could be printed of it. */
async function thrown(work: () => Promise<unknown>): Promise<{ error: TidemarkError; all: string }> {
  const error = await work().then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TidemarkError)
  return { error: error as TidemarkError, all: inspect(error, { depth: 9 }) }
}

const told = (code: number, message: string) =>
  serverError(new MongoServerError({ code, errmsg: message, message }), PLACE)

test('a place is told without user and password, whatever the URI', () => {
  const labels = [
    [`mongodb://ann:${CANARY}@h:1/x`, 'mongodb://h:1/x'],
    [`mongodb+srv://ann:${CANARY}@cluster.example/x?w=1`, 'mongodb+srv://cluster.example/x'],
    [`mongodb://ann:${CANARY}@h1:1,h2:2/?replicaSet=r`, 'mongodb://h1:1,h2:2/tidemark'],
    ['mongodb://h:1', 'mongodb://h:1/tidemark'],
    [`mongodb://ann:half/${CANARY}@h:1/x`, null],
    [`mongodb://ann:half@${CANARY}@h:1/x`, null],
  ] as const
  for (const [uri, label] of labels) {
    const place = placeOf(uri)
    if (label !== null) expect(place.label).toBe(label)
    expect(JSON.stringify(place)).not.toContain(CANARY)
  }
})

test('refusals and full disks of a server have their code and what to do', () => {
  const cases: [number, string, string, number][] = [
    [
      13,
      'not authorized on books to execute command { insert: "flows" }',
      'CREDENTIAL_REFUSED',
      EXIT.credential,
    ],
    [18, 'Authentication failed.', 'CREDENTIAL_REFUSED', EXIT.credential],
    [8000, 'bad auth : authentication failed', 'CREDENTIAL_REFUSED', EXIT.credential],
    [8000, 'you are over your space quota, using 512 MB of 512 MB', 'STORE_FULL', EXIT.store],
    [14031, 'OutOfDiskSpace', 'STORE_FULL', EXIT.store],
    [1, 'database or disk is full (13)', 'STORE_FULL', EXIT.store],
    [1, 'attempt to write a readonly database (8)', 'STORE_READ_ONLY', EXIT.store],
    [10107, 'not primary', 'STORE_UNAVAILABLE', EXIT.store],
    [189, 'PrimarySteppedDown', 'STORE_UNAVAILABLE', EXIT.store],
    [50, 'operation exceeded time limit', 'STORE_UNAVAILABLE', EXIT.store],
  ]
  for (const [number, message, code, exitCode] of cases) {
    const error = told(number, message) as TidemarkError
    expect([message, error.code, error.exitCode]).toEqual([message, code, exitCode])
    expect(error.fix).not.toBe('')
  }
  const right = told(13, 'not authorized on books to execute command { insert: "flows" }') as TidemarkError
  expect(right.message).toContain('"insert" on the database "books"')
  expect(right.fix).toContain('db.grantRolesToUser')
  const other = new Error('none of theirs')
  expect(serverError(other, PLACE)).toBe(other)
})

test('a URI that is none is refused without being shown', async () => {
  for (const uri of [
    `mongodb://ann:half/${CANARY}@127.0.0.1:1/x`,
    `mongodb://ann:%zz${CANARY}@127.0.0.1/x`,
  ]) {
    const { error, all } = await thrown(() => openStore({ kind: 'mongodb', mongodbUri: uri }))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(all).not.toContain(CANARY)
  }
})

test(
  'a server that is not there is told within its time, without the password',
  { timeout: 20_000 },
  async () => {
    const uri = `mongodb://ann:${CANARY}@127.0.0.1:1/x?serverSelectionTimeoutMS=500`
    const { error, all } = await thrown(() => openStore({ kind: 'mongodb', mongodbUri: uri }))
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', exitCode: EXIT.store })
    expect(error.message).toContain('mongodb://127.0.0.1:1/x')
    expect(all).not.toContain(CANARY)
  },
)

const servers = withServers('mongodb', 'toxiproxy')

servers.describe('a server of MongoDB in trouble', () => {
  const database = async () => newDatabase((await servers.addresses()).mongodb.uri)

  test('an empty database is no store until it is made one', async () => {
    const uri = await database()
    const { error } = await thrown(() => openStore({ kind: 'mongodb', mongodbUri: uri }))
    expect(error).toMatchObject({ code: 'NOT_INITIALISED', exitCode: EXIT.notInitialised })
    await (await openStore({ kind: 'mongodb', mongodbUri: uri, create: true })).close()
    await openDatabase(uri, { create: true })
    await openDatabase(uri, { create: false, readOnly: true })
  })

  test('a store of a later version is refused by its name', async () => {
    const uri = await database()
    await openDatabase(uri)
    const { rowSum } = await import('#storage/rows/checksum.ts')
    await withDriver(uri, async (client) => {
      const meta = client.db().collection<{ _id: string }>('meta')
      await meta.updateOne({ _id: 'schema' }, { $set: { value: '99', checksum: rowSum(['schema', '99']) } })
    })
    const { error } = await thrown(() => openStore({ kind: 'mongodb', mongodbUri: uri }))
    expect(error.code).toBe('STORE_NEWER')
  })

  test('F25: a store opened for reading writes nothing', async () => {
    const uri = await database()
    await openDatabase(uri)
    const reader = await openDatabase(uri, { create: false, readOnly: true })
    const write = () => reader.writePrices([{ run: runOf([1]), suspects: [], gaps: [] }])
    expect((await thrown(write)).error.code).toBe('STORE_READ_ONLY')
    expect((await thrown(async () => reader.content.target())).error.code).toBe('STORE_READ_ONLY')
    expect(await reader.chunks({ assets: [BTC], quote: USD, from: MONTH, to: MONTH })).toEqual([])
  })

  test('F28: a flipped byte is found by verify and never given out', async () => {
    const uri = await database()
    const store = await openDatabase(uri)
    await store.writePrices([{ run: runOf([1, 2, 3]), suspects: [], gaps: [] }])
    await withDriver(uri, async (client) => {
      const chunks = client.db().collection<{ _id: string; data: { buffer: Uint8Array } }>('chunks')
      const chunk = await chunks.findOne({})
      const data = Buffer.from(chunk?.data.buffer ?? [])
      data[100] = (data[100] ?? 0) ^ 1
      await chunks.updateOne({ _id: chunk?._id ?? '' }, { $set: { data: data as never } })
    })
    expect((await store.verify()).damage).toHaveLength(1)
    const read = () => store.chunks({ assets: [BTC], quote: USD, from: MONTH, to: MONTH })
    expect((await thrown(read)).error.code).toBe('INTEGRITY')
  })

  test(
    'F26: a connection cut in the middle of a write ends it in time; the next one completes',
    { timeout: 120_000 },
    async () => {
      const { mongodb, toxiproxy } = await servers.addresses()
      const uri = newDatabase(mongodb.uri)
      await openDatabase(uri)
      const proxy = await toxiproxyAt(toxiproxy.url).proxy(mongodb.uri)
      try {
        const limits = 'timeoutMS=3000&serverSelectionTimeoutMS=1000'
        const through = `${proxy.through(uri)}?${limits}`
        const store = await openStore({ kind: 'mongodb', mongodbUri: through, guardMs: 1000 })
        const write = (n: number) =>
          store.writePrices([{ run: runOf(Array<number>(700).fill(n)), suspects: [], gaps: [] }])
        await write(1)
        for (const toxic of [
          { type: 'limit_data', bytes: 30_000, stream: 'upstream' },
          { type: 'reset_peer', timeout: 0 },
          { type: 'timeout', timeout: 0 },
        ] as const) {
          await proxy.add(toxic)
          const { error } = await thrown(() => write(2))
          expect([toxic.type, error.code]).toEqual([toxic.type, 'STORE_UNAVAILABLE'])
          await proxy.clear()
        }
        await write(3)
        const [chunk] = await store.chunks({ assets: [BTC], quote: USD, from: MONTH, to: MONTH })
        expect(new Set(chunk?.columns.open.slice(0, 700))).toEqual(new Set([3]))
        expect((await store.verify()).damage).toEqual([])
        await store.close()
      } finally {
        await proxy.delete()
      }
    },
  )
})
