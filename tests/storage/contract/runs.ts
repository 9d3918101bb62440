import { describe, expect, test } from 'vitest'
import type { Run } from '#pipeline/ports.ts'
import { MONTH } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

export function runsContract(newStore: NewStore): void {
  describe('runs, leases, usage', () => {
    test('runs are listed newest first, in pages, and can be ended', async () => {
      const store = await opened(newStore)
      const run = (id: string, started: number): Run => ({
        id,
        command: 'ingest',
        started,
        finished: null,
        outcome: 'running',
        exitCode: null,
        summary: '{}',
      })
      for (const [id, started] of [
        ['a', 1],
        ['b', 3],
        ['c', 2],
      ] as const)
        await store.writeRun(run(id, started))
      const ended: Run = {
        ...run('b', 3),
        finished: 9,
        outcome: 'partial',
        exitCode: 3,
        summary: '{"rows":1}',
      }
      await store.writeRun(ended)
      expect(await store.runs({ limit: 2, offset: 0 })).toEqual([ended, run('c', 2)])
      expect(await store.runs({ limit: 2, offset: 2 })).toEqual([run('a', 1)])
    })

    test('F31: a lease has one holder until it expires or is given back', async () => {
      const store = await opened(newStore)
      expect(await store.acquireLease('pipeline', 'a', 100, 1000)).toEqual({
        acquired: true,
        holder: 'a',
        expires: 1100,
      })
      expect(await store.acquireLease('pipeline', 'b', 100, 1099)).toEqual({
        acquired: false,
        holder: 'a',
        expires: 1100,
      })
      expect(await store.acquireLease('other', 'b', 100, 1000)).toMatchObject({ acquired: true })
      expect(await store.renewLease('pipeline', 'a', 100, 1050)).toBe(true)
      expect(await store.acquireLease('pipeline', 'b', 100, 1100)).toMatchObject({
        acquired: false,
        expires: 1150,
      })
      expect(await store.acquireLease('pipeline', 'b', 100, 1150)).toMatchObject({
        acquired: true,
        holder: 'b',
      })
      expect(await store.renewLease('pipeline', 'a', 100, 1160)).toBe(false)
      await store.releaseLease('pipeline', 'a')
      expect(await store.acquireLease('pipeline', 'a', 100, 1170)).toMatchObject({
        acquired: false,
        holder: 'b',
      })
      await store.releaseLease('pipeline', 'b')
      expect(await store.acquireLease('pipeline', 'a', 100, 1170)).toMatchObject({
        acquired: true,
        holder: 'a',
      })
    })

    test('calls are counted by provider and month', async () => {
      const store = await opened(newStore)
      expect(await store.calls('coingecko', MONTH)).toBe(0)
      expect(await store.addCalls('coingecko', MONTH, 3)).toBe(3)
      expect(await store.addCalls('coingecko', MONTH, 4)).toBe(7)
      expect(await store.addCalls('allium', MONTH, 1)).toBe(1)
      expect(await store.calls('coingecko', MONTH)).toBe(7)
    })
  })
}
