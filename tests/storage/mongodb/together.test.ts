import { expect, test } from 'vitest'
import { withServers } from '#tests/servers/in-tests.ts'
import { runChild } from '#tests/support/kill.ts'
import { BTC, MONTH, runOf, USD } from '../support/values.ts'
import { newDatabase, openDatabase } from './database.ts'

const servers = withServers('mongodb')
const ROUNDS = Number(process.env['ROUNDS'] ?? 100)
const WRITERS = ['0', '1']
const JANUARY = { assets: [BTC], quote: USD, from: MONTH, to: MONTH }

servers.describe('several processes on one database', () => {
  const database = async () => newDatabase((await servers.addresses()).mongodb.uri)
  const children = async (script: string, uri: string, rounds: number) => {
    const path = `tests/storage/mongodb/${script}`
    const ends = await Promise.all(WRITERS.map((name) => runChild(path, [uri, name, String(rounds)])))
    for (const { code, stderr } of ends) expect([code, stderr]).toEqual([0, ''])
    return ends.map(({ lines }) => lines)
  }

  test(
    'F31: two that write at once lose nothing, and one at a time holds the lease',
    { timeout: 600_000 },
    async () => {
      const uri = await database()
      const rounds = Math.ceil(ROUNDS / 4)
      // Neither finds a store: they also race to make it.
      const ends = await children('writer-child.ts', uri, rounds)
      expect(ends.map((lines) => lines.at(-1))).toEqual(['broken 0', 'broken 0'])
      const store = await openDatabase(uri)
      const [chunk] = await store.chunks(JANUARY)
      const expected = Array.from({ length: rounds * 2 }, (_, n) => (n % 2) * 1000 + Math.floor(n / 2))
      expect([...(chunk?.columns.open.slice(0, rounds * 2) ?? [])]).toEqual(expected)
      expect(chunk?.revision).toBe(rounds * 2)
      expect(await store.calls('coingecko', MONTH)).toBe(rounds * 2)
      expect(await store.flowCount({ owner: 'local', books: ['portfolio:main'] })).toBe(rounds * 2)
      expect((await store.verify()).damage).toEqual([])
    },
  )

  test('F31: of two that ask for a lease at once, never both have it', { timeout: 600_000 }, async () => {
    const ends = await children('lease-child.ts', await database(), ROUNDS * 2)
    expect(ends.map((lines) => lines.at(-1))).toEqual(['broken 0', 'broken 0'])
    const held = ends.map((lines) => Number(lines.at(-2)?.slice(5)))
    // A test in which one of them never had it proves nothing.
    expect(Math.min(...held)).toBeGreaterThan(0)
  })

  test('a reader beside a writer sees every answer whole or not at all', async () => {
    const uri = await database()
    const [writer, reader] = [await openDatabase(uri), await openDatabase(uri, { readOnly: true })]
    const answer = (n: number) => ({ run: runOf(Array<number>(48).fill(n)), suspects: [], gaps: [] })
    await writer.writePrices([answer(0)])
    let writing = true
    const write = async () => {
      for (let n = 1; n <= 40; n++) await writer.writePrices([answer(n)])
      writing = false
    }
    const seen = new Set<number>()
    const read = async () => {
      while (writing) {
        const [chunk] = await reader.chunks(JANUARY)
        const opens = new Set(chunk?.columns.open.slice(0, 48))
        expect(opens.size).toBe(1)
        expect(chunk?.revision).toBe(([...opens][0] as number) + 1)
        seen.add([...opens][0] as number)
      }
    }
    await Promise.all([write(), read()])
    expect(seen.size).toBeGreaterThan(5)
  })
})
