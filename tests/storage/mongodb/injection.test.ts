import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { testSeed } from '#tests/support/random.ts'
import { balanceOf, coinOf, flowOf, hour, importOf, portfolioOf, runOf } from '../support/values.ts'
import { newDatabase, openDatabase, withDriver } from './database.ts'

const servers = withServers('mongodb')
const RUNS = Number(process.env['RUNS'] ?? 25)

/** Text that a query language, a path, a terminal or an encoding could take for something else. */
const hostile = fc.oneof(
  fc.constantFrom(
    '$where',
    '$gt',
    '{"$gt":""}',
    'a.b.c',
    '__proto__',
    'constructor',
    '_id',
    'checksum',
    'a|b',
    'a%7Cb',
    '%',
    '\u0000',
    'a\u0000b',
    '\u202egpj',
    '💣'.repeat(40),
    ' ',
    '..',
    'x'.repeat(3000),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/\p{Surrogate}/u.test(text)),
)
/** What stands where a text is meant when JSON is trusted. */
const noText = fc.constantFrom<unknown>({ $gt: '' }, { $ne: null }, { $in: ['local'] }, ['local'], () => 1)

servers.describe('no data is obeyed by MongoDB', () => {
  test(
    'hostile text is only text: it comes back as it was, and nothing else is touched',
    { timeout: 240_000 },
    async () => {
      const seed = testSeed(3)
      const { mongodb } = await servers.addresses()
      const store = await openDatabase(newDatabase(mongodb.uri))
      const innocent = flowOf('innocent', { note: 'as it was' })
      await store.importFlows(importOf([innocent]))
      let round = 0
      await fc.assert(
        fc.asyncProperty(hostile, hostile, async (one, two) => {
          const owner = `o${one}`
          const flow = flowOf(two, {
            owner,
            book: one,
            source: two,
            wallet: one,
            tx: two,
            note: one,
            file: two,
          })
          await store.importFlows(importOf([flow], { owner, book: one, source: two, file: two }))
          expect(await store.flows({ owner, books: [one], tx: [two] })).toEqual([flow])
          const portfolio = portfolioOf(two, { owner, flowsFile: one })
          await store.writePortfolio(portfolio)
          expect(await store.portfolio(owner, two)).toEqual(portfolio)
          const balance = balanceOf(5, '1', { owner, wallet: one, chain: two })
          await store.writeBalances([balance])
          expect(await store.balances(owner, [one])).toContainEqual(balance)
          const run = runOf([1], 0, { asset: one as AssetId, quote: two as Quote, provider: one })
          await store.writePrices([{ run, suspects: [], gaps: [] }])
          const [revision] = await store.revisions([one as AssetId], two as Quote)
          expect(revision).toMatchObject({ asset: one, provider: one })
          const coin = coinOf(one, 1, { name: two, symbol: one })
          await store.writeCoins([coin], 1)
          expect((await store.coins()).coins).toEqual([coin])
          const lease = `${one} ${round++}`
          await store.acquireLease(lease, two, 1, 1)
          expect(await store.acquireLease(lease, `${two}!`, 1, 1)).toMatchObject({ holder: two })
        }),
        { seed, numRuns: RUNS },
      )
      expect(await store.flows({ owner: 'local', books: ['portfolio:main'] })).toEqual([innocent])
      expect((await store.verify()).damage).toEqual([])
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    },
  )

  test(
    'an object where a text is meant is refused in every place, and finds nothing',
    { timeout: 120_000 },
    async () => {
      const { mongodb } = await servers.addresses()
      const uri = newDatabase(mongodb.uri)
      const store = await openDatabase(uri)
      await store.importFlows(importOf([flowOf('a')]))
      await store.writePortfolio(portfolioOf('main'))
      const before = await content(uri)
      await fc.assert(
        fc.asyncProperty(noText, async (value) => {
          const bad = value as never
          const asks = [
            () => store.portfolio(bad, 'main'),
            () => store.portfolio('local', bad),
            () => store.portfolios(bad),
            () => store.portfolioPage({ after: { owner: bad, name: 'a' }, limit: 5 }),
            () => store.flows({ owner: bad, books: ['portfolio:main'] }),
            () => store.flows({ owner: 'local', books: [bad] }),
            () => store.flows({ owner: 'local', books: ['portfolio:main'], tx: [bad] }),
            () => store.balances(bad, ['0xab']),
            () => store.balances('local', [bad]),
            () => store.batches(bad, 'main', 'usd' as Quote, '2026-01' as never, '2026-02' as never),
            () => store.pnlMonth('local', bad, 'usd' as Quote, '2026-01' as never),
            () => store.snapshots({ owner: bad, portfolio: 'main', from: hour(0), to: hour(9) }),
            () => store.tokens({ assets: [bad] }),
            () => store.revisions([bad], 'usd' as Quote),
            () => store.acquireLease(bad, 'me', 1, 1),
            () => store.calls(bad, '2026-01' as never),
            () => store.coverFlows(bad, 'book', 1, 2),
            () => store.importFlows(importOf([flowOf('b', { note: bad })])),
            () => store.writePortfolio(portfolioOf(bad)),
          ]
          for (const ask of asks) await expect(ask()).rejects.toThrow()
        }),
        { numRuns: 8, seed: 1 },
      )
      expect(await content(uri)).toEqual(before)
    },
  )

  test('half of a surrogate pair is refused before anything is written', async () => {
    const { mongodb } = await servers.addresses()
    const uri = newDatabase(mongodb.uri)
    const store = await openDatabase(uri)
    const before = await content(uri)
    const torn = 'a\ud83d'
    for (const attempt of [
      () => store.importFlows(importOf([flowOf('a'), flowOf('b', { note: torn })])),
      () => store.writeCoins([coinOf('a', 1), coinOf('b', 2, { name: torn })], 1),
      () => store.writePortfolio(portfolioOf(torn)),
      () => store.writeBalances([balanceOf(1, '1'), balanceOf(2, '1', { source: torn })]),
    ]) {
      const refused = await attempt().catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(TidemarkError)
      expect(refused).toMatchObject({ code: 'INPUT_INVALID' })
      expect(String((refused as Error).message)).toContain('\\ud83d')
    }
    expect(await content(uri)).toEqual(before)
  })
})

/** Every document but those of guards, which come and go. */
async function content(uri: string): Promise<Record<string, unknown[]>> {
  return withDriver(uri, async (client) => {
    const names = (await client.db().listCollections().toArray()).map(({ name }) => name).sort()
    const all: Record<string, unknown[]> = {}
    for (const name of names)
      if (name !== 'guards') all[name] = await client.db().collection(name).find().sort({ _id: 1 }).toArray()
    return all
  })
}
