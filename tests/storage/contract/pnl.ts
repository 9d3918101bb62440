import { describe, expect, test } from 'vitest'
import type { Month } from '#core/month.ts'
import { batchOf, pnlMonthOf, USD } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

export function pnlContract(newStore: NewStore): void {
  describe('batches', () => {
    const all = ['local', 'main', USD, '2026-01' as Month, '2026-12' as Month] as const

    test('they come back bit for bit, ordered, within the months asked for', async () => {
      const store = await opened(newStore)
      const odd = [0.1, -0, NaN, Infinity, Number.MIN_VALUE]
      const batches = [
        batchOf('2026-01', 'a', odd),
        batchOf('2026-01', 'b', []),
        batchOf('2026-02', 'a', [1]),
      ]
      const months = [pnlMonthOf('2026-01'), pnlMonthOf('2026-02', { states: '{"x":1}' })]
      const none = { droppedBatches: [], droppedMonths: [] }
      await store.writePnl({ ...none, batches: [...batches].reverse(), months: [...months].reverse() })
      expect(await store.batches(...all)).toEqual(batches)
      expect(await store.batches('local', 'main', USD, '2026-02' as Month, '2026-02' as Month)).toEqual([
        batches[2],
      ])
      expect(await store.batches('other', 'main', USD, all[3], all[4])).toEqual([])
      expect(await store.pnlKeys('local', 'main', USD)).toEqual(
        months.map(({ month, key }) => ({ month, key })),
      )
      for (const month of months)
        expect(await store.pnlMonth('local', 'main', USD, month.month)).toEqual(month)
      expect(await store.pnlKeys('local', 'second', USD)).toEqual([])
      expect(await store.pnlMonth('local', 'second', USD, months[0]!.month)).toBeNull()
    })

    test('one write replaces, adds and drops together', async () => {
      const store = await opened(newStore)
      const none = { droppedBatches: [], droppedMonths: [] }
      const old = [batchOf('2026-01', 'a', [1]), batchOf('2026-01', 'b', [2])]
      await store.writePnl({ ...none, batches: old, months: [pnlMonthOf('2026-01'), pnlMonthOf('2026-02')] })
      const next = batchOf('2026-01', 'a', [3, 4], { fingerprint: 'f2' })
      await store.writePnl({
        batches: [next],
        months: [pnlMonthOf('2026-01', { key: 'k2' })],
        droppedBatches: [batchOf('2026-01', 'b', [])],
        droppedMonths: [pnlMonthOf('2026-02')],
      })
      expect(await store.batches(...all)).toEqual([next])
      expect(await store.pnlKeys('local', 'main', USD)).toEqual([{ month: '2026-01', key: 'k2' }])
    })
  })
}
