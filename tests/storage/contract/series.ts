import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { emptyChunk, mergeRun } from '#core/merge.ts'
import type { Month } from '#core/month.ts'
import { BTC, ETH, gapOf, hour, MONTH, runOf, suspectOf, USD } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

const JANUARY = { assets: [BTC], quote: USD, from: MONTH, to: MONTH }

export function seriesContract(newStore: NewStore): void {
  describe('hourly series', () => {
    test('what was written comes back bit for bit, as a merge in memory gives it', async () => {
      const store = await opened(newStore)
      const first = runOf([1.1, NaN, 0.1 + 0.2])
      const second = runOf([5, 6], 2, { covered: 1000 })
      const counts = await store.writePrices([
        { run: first, suspects: [], gaps: [] },
        { run: second, suspects: [], gaps: [] },
      ])
      const key = { asset: BTC, quote: USD, provider: 'coingecko', month: MONTH }
      const merged = mergeRun(mergeRun(emptyChunk(key), first).chunk, second)
      expect(counts).toEqual([{ added: 3, changed: 0, unchanged: 0 }, merged.counts])
      expect(await store.chunks(JANUARY)).toEqual([merged.chunk])
    })

    test('a run over the end of a month is kept in both months', async () => {
      const store = await opened(newStore)
      const counts = await store.writePrices([{ run: runOf([1, 2, 3], 743), suspects: [], gaps: [] }])
      expect(counts).toEqual([{ added: 3, changed: 0, unchanged: 0 }])
      const chunks = await store.chunks({ ...JANUARY, to: '2026-02' as Month })
      expect(chunks.map(({ month }) => month)).toEqual(['2026-01', '2026-02'])
      expect(chunks[0]?.columns.open[743]).toBe(1)
      expect([...(chunks[1]?.columns.open.slice(0, 3) ?? [])]).toEqual([2, 3, NaN])
    })

    test('a revision moves only when a value does', async () => {
      const store = await opened(newStore)
      const write = { run: runOf([1, 2]), suspects: [], gaps: [] }
      const revision = async () => (await store.revisions([BTC], USD))[0]?.revision
      await store.writePrices([write])
      expect(await revision()).toBe(1)
      await store.writePrices([write])
      expect(await revision()).toBe(1)
      await store.writePrices([{ ...write, run: runOf([1, 3]) }])
      expect(await revision()).toBe(2)
    })

    test('chunks come by asset, provider and month, in the order of bytes; absent ones are left out', async () => {
      const store = await opened(newStore)
      const upper = 'eip155:1/erc20:0xAB' as AssetId
      const writes = [
        runOf([1], 800),
        runOf([1]),
        runOf([1], 0, { provider: 'allium' }),
        runOf([1], 0, { asset: upper }),
        runOf([1], 0, { asset: ETH }),
        runOf([1], 0, { quote: 'eur' as typeof USD }),
      ].map((run) => ({ run, suspects: [], gaps: [] }))
      await store.writePrices(writes)
      const assets = [ETH, upper, BTC, 'nothing' as AssetId, BTC]
      const order = [
        'bitcoin allium 2026-01',
        'bitcoin coingecko 2026-01',
        'bitcoin coingecko 2026-02',
        `${upper} coingecko 2026-01`,
        'ethereum coingecko 2026-01',
      ]
      const chunks = await store.chunks({ assets, quote: USD, from: MONTH, to: '2026-12' as Month })
      expect(chunks.map(({ asset, provider, month }) => `${asset} ${provider} ${month}`)).toEqual(order)
      const months = await store.monthRevisions(assets, USD)
      expect(months.map(({ month }) => month)).toEqual([...new Set(months.map(({ month }) => month))].sort())
      const revisions = await store.revisions(assets, USD)
      expect(revisions.map(({ asset, provider, month }) => `${asset} ${provider} ${month}`)).toEqual(order)
      expect(await store.series()).toEqual([
        { asset: 'bitcoin', quote: 'eur', from: '2026-01', to: '2026-01' },
        { asset: 'bitcoin', quote: 'usd', from: '2026-01', to: '2026-02' },
        { asset: upper, quote: 'usd', from: '2026-01', to: '2026-01' },
        { asset: 'ethereum', quote: 'usd', from: '2026-01', to: '2026-01' },
      ])
    })

    test('answers are stored all or none', async () => {
      const store = await opened(newStore)
      const broken = gapOf(0, 1, { message: Symbol('no text') as unknown as string })
      const writes = [
        { run: runOf([1]), suspects: [suspectOf(hour(0))], gaps: [] },
        { run: runOf([2], 5), suspects: [], gaps: [broken] },
      ]
      await expect(store.writePrices(writes)).rejects.toThrow()
      expect(await store.chunks(JANUARY)).toEqual([])
      expect(await store.suspects()).toEqual([])
    })
  })

  describe('suspects and gaps', () => {
    test('an answer replaces the suspects of its hours, but for those decided by hand', async () => {
      const store = await opened(newStore)
      const at = (n: number) => hour(n) + 1000
      const suspects = [suspectOf(at(0)), suspectOf(at(1)), suspectOf(at(2)), suspectOf(at(9))]
      await store.writePrices([{ run: runOf([1, 2, 3]), suspects, gaps: [] }])
      expect(await store.decideSuspect(suspectOf(at(1)), 'rejected')).toBe(true)
      expect(await store.decideSuspect(suspectOf(at(0)), 'accepted')).toBe(true)
      expect(await store.decideSuspect(suspectOf(at(5)), 'accepted')).toBe(false)
      const again = [suspectOf(at(1), { state: 'held' }), suspectOf(at(2), { state: 'released' })]
      await store.writePrices([{ run: runOf([1, 2, 3]), suspects: again, gaps: [] }])
      const states = (await store.suspects()).map(({ time, state }) => [time, state])
      expect(states).toEqual([
        [at(0), 'accepted'],
        [at(1), 'rejected'],
        [at(2), 'released'],
        [at(9), 'pending'],
      ])
      expect(await store.suspects({ states: ['released', 'held'] })).toEqual([again[1]])
      expect(await store.suspects({ asset: ETH })).toEqual([])
      expect(await store.suspects({ asset: BTC, quote: USD, provider: 'allium' })).toEqual([])
    })

    test('an answer cuts gaps back to what lies outside of its hours', async () => {
      const store = await opened(newStore)
      await store.writeGaps([gapOf(0, 10), gapOf(0, 10, { provider: 'allium' })])
      await store.writePrices([
        { run: runOf([1, 2], 4), suspects: [], gaps: [gapOf(5, 6, { reason: 'suspect' })] },
      ])
      expect(await store.gaps()).toEqual([
        gapOf(0, 10, { provider: 'allium' }),
        gapOf(0, 4),
        gapOf(5, 6, { reason: 'suspect' }),
        gapOf(6, 10),
      ])
    })

    test('a gap written takes the place of what it overlaps', async () => {
      const store = await opened(newStore)
      await store.writeGaps([gapOf(0, 4), gapOf(6, 9), gapOf(20, 20)])
      await store.writeGaps([gapOf(3, 7, { reason: 'plan-reach' })])
      expect(await store.gaps({ asset: BTC, quote: USD })).toEqual([
        gapOf(0, 3),
        gapOf(3, 7, { reason: 'plan-reach' }),
        gapOf(7, 9),
      ])
      expect(await store.gaps({ asset: ETH })).toEqual([])
    })

    test('F17: an answer delivered twice changes nothing', async () => {
      const store = await opened(newStore)
      const write = { run: runOf([1, NaN, 3]), suspects: [suspectOf(hour(0))], gaps: [gapOf(1, 2)] }
      await store.writePrices([write])
      const [hash, gaps, suspects] = [await store.canonicalHash(), await store.gaps(), await store.suspects()]
      expect(await store.writePrices([write, write])).toEqual([
        { added: 0, changed: 0, unchanged: 3 },
        { added: 0, changed: 0, unchanged: 3 },
      ])
      expect([await store.canonicalHash(), await store.gaps(), await store.suspects()]).toEqual([
        hash,
        gaps,
        suspects,
      ])
    })
  })
}
