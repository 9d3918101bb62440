import { describe, expect, test } from 'vitest'
import type { StoredRecord } from '#pipeline/ports.ts'
import { opened, type NewStore } from './contract.ts'

const recordOf = (key: string, value: string, more: Partial<StoredRecord> = {}): StoredRecord => ({
  owner: 'local',
  kind: 'nft',
  key,
  value,
  ...more,
})

export function recordsContract(newStore: NewStore): void {
  describe('records', () => {
    const NFTS = { owner: 'local', kind: 'nft' }

    test('they come back by the bytes of their keys, those of one owner and kind', async () => {
      const store = await opened(newStore)
      expect(await store.records(NFTS)).toEqual([])
      const own = ['', 'A', 'a', 'ab', 'a|b', 'z', 'é'].map((key) => recordOf(key, `{"of":"${key}"}`))
      const others = [recordOf('a', 'his', { owner: 'ada' }), recordOf('a', 'else', { kind: 'n' })]
      await store.writeRecords({ put: [...own, ...others].reverse() })
      expect(await store.records(NFTS)).toEqual(own)
      expect(await store.records({ ...NFTS, from: 'a', to: 'z' })).toEqual(own.slice(2, 5))
      expect(await store.records({ ...NFTS, from: 'ab' })).toEqual(own.slice(3))
      expect(await store.records({ ...NFTS, to: 'A' })).toEqual(own.slice(0, 1))
      expect(await store.records({ ...NFTS, owner: 'ada' })).toEqual([others[0]])
      expect(await store.records({ ...NFTS, kind: 'n' })).toEqual([others[1]])
    })

    test('one is replaced by its key, another dropped, in one call; what is put and dropped stays', async () => {
      const store = await opened(newStore)
      const [a, b, c] = [recordOf('a', '1'), recordOf('b', '2'), recordOf('c', '3')]
      await store.writeRecords({ put: [a, b] })
      await store.writeRecords({ put: [{ ...a, value: '7' }, c], drop: [b, c, recordOf('none', '')] })
      expect(await store.records(NFTS)).toEqual([{ ...a, value: '7' }, c])
      await store.writeRecords({ put: [b] })
      expect(await store.records(NFTS)).toEqual([{ ...a, value: '7' }, b, c])
      await store.writeRecords({ put: [], drop: [a, b, c] })
      expect(await store.records(NFTS)).toEqual([])
      await store.writeRecords({ put: [] })
    })

    test('content moves the hash; what belongs to nobody and what tells of reading does not', async () => {
      const [store, other] = [await opened(newStore), await opened(newStore)]
      const empty = await store.canonicalHash()
      await store.writeRecords({
        put: [recordOf('a', '1', { owner: '' }), recordOf('a', '1', { kind: 'read:scan' })],
      })
      expect(await store.canonicalHash()).toBe(empty)
      await store.writeRecords({ put: [recordOf('a', '1')] })
      const hash = await store.canonicalHash()
      expect(hash).not.toBe(empty)
      await other.writeRecords({ put: [recordOf('a', '2')] })
      expect(await other.canonicalHash()).not.toBe(hash)
      await other.writeRecords({ put: [recordOf('a', '1')] })
      expect(await other.canonicalHash()).toBe(hash)
    })

    test('they are counted and checked', async () => {
      const store = await opened(newStore)
      await store.writeRecords({ put: [recordOf('a', '1'), recordOf('b', '2')] })
      await store.writeRecords({ put: [recordOf('a', '3')], drop: [recordOf('b', '')] })
      const { checked, damage } = await store.verify()
      expect(damage).toEqual([])
      expect(checked).toMatchObject({ records: 1 })
      expect(await store.stats()).toMatchObject({ records: { rows: 1 } })
    })
  })
}
