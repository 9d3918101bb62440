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

    test('what is written on a condition is written where it stands, and nothing of it elsewhere', async () => {
      const store = await opened(newStore)
      const [a, b] = [recordOf('a', '1'), recordOf('b', '2')]
      const none = { ...a, value: null }
      expect(await store.writeRecordsIf([none], { put: [a, b] })).toBe(true)
      expect(await store.writeRecordsIf([none], { put: [{ ...b, value: '7' }] })).toBe(false)
      const wrong = [a, { ...b, value: '3' }]
      expect(await store.writeRecordsIf(wrong, { put: [recordOf('c', '')], drop: [a] })).toBe(false)
      expect(await store.records(NFTS)).toEqual([a, b])
      expect(await store.writeRecordsIf([a, b], { put: [{ ...b, value: '' }], drop: [a] })).toBe(true)
      expect(await store.records(NFTS)).toEqual([{ ...b, value: '' }])
      expect(await store.writeRecordsIf([{ ...b, value: '' }, none], { put: [] })).toBe(true)
    })

    test('of many who want the same name at once, one gets it', async () => {
      const store = await opened(newStore)
      const won = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          store.writeRecordsIf([{ ...recordOf('name', ''), value: null }], {
            put: [recordOf('name', String(at))],
          }),
        ),
      )
      expect(won.filter((each) => each)).toHaveLength(1)
      expect((await store.records(NFTS)).map(({ value }) => value)).toEqual([String(won.indexOf(true))])
    })

    test('content moves the hash; what belongs to nobody and what tells of reading does not', async () => {
      const [store, other] = [await opened(newStore), await opened(newStore)]
      const empty = await store.canonicalHash()
      await store.writeRecords({
        put: [
          recordOf('a', '1', { owner: '' }),
          recordOf('a', '1', { kind: 'read:scan' }),
          recordOf('a', '1', { kind: 'passing:session' }),
        ],
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
