import { describe, expect, test } from 'vitest'
import type { FlowEdits } from '#pipeline/ports.ts'
import { flowOf, hour, importOf } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

const BOOKS = ['portfolio:main', 'wallet:0xab']
const MAIN = { owner: 'local', books: BOOKS }
const BY = { owner: 'local', at: 5_000, who: 'ann', why: 'typing error' }
const removed = (...ids: string[]): FlowEdits => ({
  ...BY,
  what: 'removed',
  edits: ids.map((id) => ({ book: 'portfolio:main', id, put: null })),
})

/** Edits by hand: the old version is kept, later imports leave it as it is, and all of it can be taken back. */
export function editContract(newStore: NewStore): void {
  const a = flowOf('a')
  const b = flowOf('b', { time: hour(2000) })

  describe('edits of flows by hand', () => {
    test('a removed flow is gone, kept with who, when and why, and moves its month alone', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      const before = await store.flowMonths('local', BOOKS)
      expect(await store.editFlows(removed('a'))).toBe(true)
      expect(await store.flows(MAIN)).toEqual([b])
      expect(await store.editedFlows('local', BOOKS)).toEqual([
        {
          flow: a,
          replacement: null,
          log: [{ at: 5_000, who: 'ann', why: 'typing error', what: 'removed', other: null }],
        },
      ])
      expect(await store.editedFlows('local', ['portfolio:other'])).toEqual([])
      expect(await store.flowMonths('local', BOOKS)).toEqual(before.slice(1))
      expect((await store.verify()).damage).toEqual([])
    })

    test('an import that brings a removed flow again leaves it out, and says so', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      await store.editFlows(removed('a'))
      for (const mode of ['mirror', 'add', 'replace', 'span'] as const) {
        const span = mode === 'span' ? { span: { after: 0, until: hour(3000) } } : {}
        const result = await store.importFlows(importOf([a, b], { mode, ...span }))
        expect(result, mode).toMatchObject({ added: 0, unchanged: 1, byHand: 1, retired: 0, goneCount: 0 })
      }
      expect(await store.flows(MAIN)).toEqual([b])
    })

    test('what stands in the place of a flow survives a mirror that brings the old one, or neither', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      const put = { ...a, id: 'a2', quantity: '0.7' }
      const edit = { book: 'portfolio:main', id: 'a', put }
      expect(await store.editFlows({ ...BY, what: 'edited', edits: [edit] })).toBe(true)
      expect(await store.flows(MAIN)).toEqual([put, b])
      expect(await store.importFlows(importOf([a, b]))).toMatchObject({ byHand: 1, retired: 0 })
      expect(await store.importFlows(importOf([b]))).toMatchObject({ added: 0, retired: 0 })
      expect(await store.flows(MAIN)).toEqual([put, b])
      const [kept] = await store.editedFlows('local', BOOKS)
      expect([kept?.flow, kept?.replacement]).toEqual([a, 'a2'])
    })

    test('another source knows the flow by what was delivered, not by what stands in its place', async () => {
      const store = await opened(newStore)
      const sent = flowOf('sent', { tx: '0x1', quantity: '-1', kind: 'withdraw', wallet: 'w' })
      await store.importFlows(importOf([sent]))
      const put = { ...sent, id: 'sent2', kind: 'transfer' as const, tx: 'match:1' }
      await store.editFlows({
        ...BY,
        what: 'paired',
        edits: [{ book: 'portfolio:main', id: 'sent', put }],
      })
      const other = importOf([{ ...sent, id: 'other' }], { source: 'chain', file: null, mode: 'add' })
      expect(await store.importFlows(other)).toMatchObject({ added: 0, sameAsOther: 1 })
      const elsewhere = { ...other, book: 'wallet:0xab' }
      expect(await store.importFlows(elsewhere)).toMatchObject({ added: 0, sameAsOther: 1 })
    })

    test('taken back, the old version stands again; a later import finds it unchanged', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      const empty = await store.canonicalHash()
      const put = { ...a, id: 'a2', time: hour(3000) }
      const edit = { book: 'portfolio:main', id: 'a', put }
      await store.editFlows({ ...BY, what: 'edited', edits: [edit] })
      const flows = [{ book: 'portfolio:main', id: 'a' }]
      expect(await store.restoreFlows({ ...BY, flows })).toBe(true)
      expect(await store.restoreFlows({ ...BY, flows })).toBe(false)
      expect(await store.flows(MAIN)).toEqual([a, b])
      expect(await store.canonicalHash()).toBe(empty)
      expect(await store.editedFlows('local', BOOKS)).toEqual([])
      expect(await store.importFlows(importOf([a, b]))).toMatchObject({ added: 0, unchanged: 2 })
      // Once it is no longer held, a mirror without it retires it, and one with it brings it back.
      expect(await store.importFlows(importOf([b]))).toMatchObject({ retired: 1 })
      expect(await store.importFlows(importOf([a, b]))).toMatchObject({ added: 1 })
      expect((await store.verify()).damage).toEqual([])
    })

    test('a span leaves what stands in the place of a flow, until the edit is taken back', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      const put = { ...a, id: 'a2', quantity: '0.7' }
      await store.editFlows({ ...BY, what: 'edited', edits: [{ book: 'portfolio:main', id: 'a', put }] })
      const gone = importOf([b], { mode: 'span', span: { after: 0, until: hour(3000) } })
      expect(await store.importFlows(gone)).toMatchObject({ retired: 0, unchanged: 1 })
      expect(await store.flows(MAIN)).toEqual([put, b])
      await store.restoreFlows({ ...BY, flows: [{ book: 'portfolio:main', id: 'a' }] })
      expect(await store.importFlows(gone)).toMatchObject({ retired: 1, unchanged: 1 })
      expect(await store.flows(MAIN)).toEqual([b])
    })

    test('all of a call or none, over several books', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a]))
      await store.importFlows(importOf([b], { book: 'wallet:0xab', source: 'allium', file: null }))
      const inWallet = { book: 'wallet:0xab', id: 'b', put: null }
      const wrong = { ...removed('a'), edits: [...removed('a').edits, { ...inWallet, id: 'none' }] }
      expect(await store.editFlows(wrong)).toBe(false)
      expect(await store.flowCount(MAIN)).toBe(2)
      expect(await store.editFlows({ ...wrong, edits: [...removed('a').edits, inWallet] })).toBe(true)
      expect(await store.flowCount(MAIN)).toBe(0)
      expect(await store.editedFlows('local', BOOKS)).toHaveLength(2)
    })

    test('flows are found by their ids', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([a, b]))
      expect(await store.flows({ ...MAIN, ids: ['b', 'none'] })).toEqual([b])
      expect(await store.flowCount({ ...MAIN, ids: [] })).toBe(0)
    })
  })
}
