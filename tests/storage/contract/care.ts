import { describe, expect, test } from 'vitest'
import {
  batchOf,
  coinOf,
  flowOf,
  gapOf,
  hour,
  importOf,
  MONTH,
  pnlMonthOf,
  runOf,
  suspectOf,
} from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

export function careContract(newStore: NewStore): void {
  describe('care', () => {
    test('the canonical hash is that of the content, whatever the way to it', async () => {
      const [one, two] = [await opened(newStore), await opened(newStore)]
      expect(await one.canonicalHash()).toBe(await two.canonicalHash())
      const write = (prices: number[], from = 0) => ({ run: runOf(prices, from), suspects: [], gaps: [] })
      await one.writePrices([write([1, 2, 3])])
      await one.importFlows(importOf([flowOf('a'), flowOf('b')]))
      await two.importFlows(importOf([flowOf('a'), flowOf('c')]))
      await two.importFlows(importOf([flowOf('b'), flowOf('a')]))
      await two.writePrices([write([3], 2)])
      await two.writePrices([write([9, 2]), write([1, 2])])
      await two.addCalls('coingecko', MONTH, 3)
      await two.acquireLease('pipeline', 'me', 1, 1)
      expect(await one.canonicalHash()).toBe(await two.canonicalHash())
    })

    test('what was read under one change mark stands, or did two seconds ago', async () => {
      const store = await opened(newStore)
      const marks = [store.changeMark()]
      await store.writePrices([{ run: runOf([1]), suspects: [], gaps: [] }])
      await expect.poll(() => store.changeMark(), { timeout: 5_000 }).not.toBe(marks[0])
    })

    test('every kind of content moves the hash; times of reading and trying do not', async () => {
      const store = await opened(newStore)
      const hashes = [await store.canonicalHash()]
      const after = async (change: Promise<unknown>) => {
        await change
        hashes.push(await store.canonicalHash())
      }
      const none = { droppedBatches: [], droppedMonths: [] }
      const run = runOf([1])
      await after(store.writePrices([{ run, suspects: [], gaps: [] }]))
      await after(store.writePrices([{ run, suspects: [suspectOf(hour(0))], gaps: [] }]))
      await after(store.writePrices([{ run, suspects: [suspectOf(hour(0))], gaps: [gapOf(0, 1)] }]))
      await after(store.decideSuspect(suspectOf(hour(0)), 'accepted'))
      await after(store.writeCoins([coinOf('bitcoin', 1)], 1))
      await after(store.importFlows(importOf([flowOf('a')])))
      await after(store.importFlows(importOf([])))
      await after(store.coverFlows('local', 'wallet:0xab', 1, 2))
      await after(store.writePnl({ ...none, months: [pnlMonthOf('2026-01')], batches: [] }))
      await after(store.writePnl({ ...none, months: [], batches: [batchOf('2026-01', 'a', [1])] }))
      await after(
        store.writePnl({ ...none, months: [], batches: [batchOf('2026-01', 'a', [1.0000000000000002])] }),
      )
      // Retiring the one flow brings back the content before it; all others differ.
      expect(new Set(hashes).size).toBe(hashes.length - 1)
      const hash = hashes.at(-1)
      await store.writeCoins([coinOf('bitcoin', 1)], 2)
      await store.writeGaps([gapOf(0, 1, { seen: 7, tried: 8, tries: 9 })])
      expect(await store.canonicalHash()).toBe(hash)
    })

    test('a sound store verifies as sound and counts what it checked', async () => {
      const store = await opened(newStore)
      await store.writePrices([{ run: runOf([1, 2], 743), suspects: [], gaps: [] }])
      await store.importFlows(importOf([flowOf('a'), flowOf('b')]))
      const { checked, damage } = await store.verify()
      expect(damage).toEqual([])
      expect(checked).toMatchObject({ chunks: 2, flows: 2 })
      expect(await store.stats()).toMatchObject({ chunks: { rows: 2 }, flows: { rows: 2 } })
    })
  })
}
