import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import type { FlowImport, Store } from '#pipeline/ports.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from '../support/embedded.ts'
import { seriesOfSteps } from '../support/series.ts'
import { BTC, ETH, flowOf, hour, importOf } from '../support/values.ts'
import { newDatabase, openDatabase } from './database.ts'

const servers = withServers('mongodb')
const RUNS = Number(process.env['RUNS'] ?? 15)
const SEEDS = Number(process.env['SEEDS'] ?? 1)

const BOOKS = ['portfolio:main', 'portfolio:second', 'wallet:0xab'] as const
const SOURCES = ['flows:main', 'allium'] as const

/** A flow is what its id says, as ids are hashes of all that counts; its line and note are not. */
const flow = fc.tuple(fc.nat(11), fc.nat(3), fc.constantFrom('', 'rent')).map(([n, line, note]): Flow =>
  flowOf(`id-${n}`, {
    line,
    note,
    time: hour(n * 200),
    asset: n % 3 === 0 ? ETH : BTC,
    // Few of each, so that the same leg comes from several sources and twice from one.
    tx: n % 4 === 0 ? null : `0x${n % 3}`,
    wallet: n % 2 === 0 ? '0xAB' : '0xab',
    quantity: n < 6 ? '-2' : '-2.5',
    logIndex: n % 5 === 0 ? 1 : null,
    ordinal: n % 2,
    feeAsset: n === 7 ? ('bnb' as AssetId) : null,
    priceCurrency: n === 8 ? 'eur' : null,
  }),
)
const change = fc.record({
  flows: fc.array(flow, { maxLength: 12 }),
  book: fc.constantFrom(...BOOKS),
  source: fc.constantFrom(...SOURCES),
  file: fc.constantFrom('/a.csv', '/b.csv', null),
  mode: fc.constantFrom('mirror', 'add', 'replace', 'span'),
  span: fc.tuple(fc.nat(11), fc.nat(11)),
  dryRun: fc.boolean(),
})

servers.describe('the same on MongoDB and in the embedded store', () => {
  const pair = async (): Promise<[Store, Store]> => {
    const { mongodb } = await servers.addresses()
    return [await openFile(newFile()), await openDatabase(newDatabase(mongodb.uri))]
  }

  test(
    'any imports in any order leave the same ledger and say the same of it',
    { timeout: 240_000 },
    async () => {
      const seed = testSeed(5)
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
          const [embedded, mongodb] = await pair()
          for (const [at, { flows, mode, span, ...more }] of changes.entries()) {
            const [after, until] = [...span].sort((a, b) => a - b).map((n) => hour(n * 200)) as [Hour, Hour]
            // What comes lies in the span.
            const own = flows.filter(({ time }) => mode !== 'span' || (time > after && time <= until))
            const spanned = mode === 'span' ? { span: { after, until } } : {}
            const one = (): FlowImport => importOf(own, { ...more, mode, ...spanned, at: hour(at) })
            expect(await mongodb.importFlows(one())).toEqual(await embedded.importFlows(one()))
          }
          for (const ask of QUESTIONS) expect(await ask(mongodb)).toEqual(await ask(embedded))
        }),
        { seed, numRuns: RUNS },
      )
    },
  )

  test('any days of work have the same content after each of their steps', { timeout: 240_000 }, async () => {
    const first = testSeed(1)
    for (let seed = first; seed < first + SEEDS; seed++) {
      const [embedded, mongodb] = await pair()
      for (const step of seriesOfSteps(seed)) {
        expect(await step(mongodb)).toEqual(await step(embedded))
        expect(await mongodb.canonicalHash()).toBe(await embedded.canonicalHash())
      }
      expect((await mongodb.verify()).damage).toEqual([])
      const assets = [BTC, ETH]
      expect(await mongodb.monthRevisions(assets, 'usd' as never)).toEqual(
        await embedded.monthRevisions(assets, 'usd' as never),
      )
      expect(await mongodb.gaps()).toEqual(await embedded.gaps())
      expect(await mongodb.suspects()).toEqual(await embedded.suspects())
    }
  })
})

const ALL = { owner: 'local', books: [...BOOKS] }
const QUESTIONS: readonly ((store: Store) => Promise<unknown>)[] = [
  (store) => store.flows(ALL),
  (store) => store.flows({ ...ALL, newestFirst: true, limit: 3, offset: 1 }),
  (store) => store.flowCount({ ...ALL, after: hour(200), until: hour(1500) }),
  (store) => store.flowMonths('local', BOOKS),
  (store) => store.flowAssets('local', BOOKS),
  (store) => store.spanningTx('local', BOOKS),
  (store) => store.canonicalHash(),
  async (store) => (await store.verify()).damage,
]
