import { describe, expect, test } from 'vitest'
import type { Portfolio } from '#core/portfolio.ts'
import type { Store } from '#pipeline/ports.ts'
import { hour, portfolioOf, snapshotOf } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

export function snapshotsContract(newStore: NewStore): void {
  describe('snapshots', () => {
    const all = { owner: 'local', portfolio: 'main', from: hour(0), to: hour(9999) }

    test('they come back as they were written, digit by digit, ascending in time', async () => {
      const store = await opened(newStore)
      const written = [
        snapshotOf(1),
        snapshotOf(2, { value: 1e21 / 3, change24h: { amount: -0.1 - 0.2, fraction: null } }),
        snapshotOf(3, { value: null, change24h: null, quality: 'missing', coverage: 0, coverageByCount: 0 }),
        snapshotOf(4, { value: 0, change24h: { amount: 0, fraction: 0 }, positions: [] }),
      ]
      expect(await store.writeSnapshots([...written].reverse())).toEqual({
        added: 4,
        changed: 0,
        unchanged: 0,
      })
      expect(await store.snapshots(all)).toEqual(written)
    })

    test('a range begins with its first hour and ends before its last', async () => {
      const store = await opened(newStore)
      await store.writeSnapshots([1, 2, 5, 9].map((n) => snapshotOf(n)))
      const times = async (from: number, to: number) =>
        (await store.snapshots({ ...all, from: hour(from), to: hour(to) })).map(({ time }) => time)
      expect(await times(2, 9)).toEqual([hour(2), hour(5)])
      expect(await times(3, 5)).toEqual([])
      expect(await times(0, 1)).toEqual([])
      expect(await times(9, 10)).toEqual([hour(9)])
    })

    test('a portfolio has its own, and so has an owner', async () => {
      const store = await opened(newStore)
      const mine = snapshotOf(1)
      const odd = 'a|b:$c.__proto__ é'
      const others = [
        snapshotOf(1, { owner: 'ada', value: 1 }),
        snapshotOf(1, { portfolio: 'second', value: 2 }),
        snapshotOf(1, { owner: odd, portfolio: odd, value: 3 }),
      ]
      await store.writeSnapshots([mine, ...others])
      expect(await store.snapshots(all)).toEqual([mine])
      for (const other of others) {
        const { owner, portfolio } = other
        expect(await store.snapshots({ ...all, owner, portfolio })).toEqual([other])
      }
    })

    test('the same hour valued again replaces; equal ones are no change', async () => {
      const store = await opened(newStore)
      await store.writeSnapshots([snapshotOf(1), snapshotOf(2)])
      const hash = await store.canonicalHash()
      expect(await store.writeSnapshots([snapshotOf(1), snapshotOf(2)])).toEqual({
        added: 0,
        changed: 0,
        unchanged: 2,
      })
      expect(await store.canonicalHash()).toBe(hash)
      const late = snapshotOf(2, { value: 7, positions: [] })
      expect(await store.writeSnapshots([snapshotOf(1), late])).toEqual({
        added: 0,
        changed: 1,
        unchanged: 1,
      })
      expect(await store.snapshots(all)).toEqual([snapshotOf(1), late])
      expect(await store.canonicalHash()).not.toBe(hash)
    })

    test('the canonical hash does not tell in which order they came', async () => {
      const [one, other] = [await opened(newStore), await opened(newStore)]
      const snapshots = [snapshotOf(1), snapshotOf(2), snapshotOf(1, { owner: 'ada' })]
      for (const snapshot of snapshots) await one.writeSnapshots([snapshot])
      await other.writeSnapshots([...snapshots].reverse())
      expect(await one.canonicalHash()).toBe(await other.canonicalHash())
    })

    test('none is no write', async () => {
      const store = await opened(newStore)
      expect(await store.writeSnapshots([])).toEqual({ added: 0, changed: 0, unchanged: 0 })
      expect(await store.snapshots(all)).toEqual([])
    })
  })

  describe('portfolios of all owners', () => {
    async function pages(store: Store, limit: number): Promise<Portfolio[][]> {
      const found: Portfolio[][] = []
      let after: Portfolio | null = null
      for (;;) {
        const page: Portfolio[] = await store.portfolioPage({ after, limit })
        if (page.length === 0) return found
        found.push(page)
        after = page.at(-1) ?? null
      }
    }

    test('pages hold each of them once, by owner and name', async () => {
      const store = await opened(newStore)
      // Byte order: upper case before lower, an owner before one that begins with it, and é after z.
      const keys = [
        ['Zoe', 'a'],
        ['a', 'x'],
        ['a', 'é'],
        ['a!', 'b'],
        ['ab', 'B'],
        ['ab', 'a'],
        ['local', 'main'],
      ] as const
      const portfolios = keys.map(([owner, name]) => portfolioOf(name, { owner }))
      for (const portfolio of [...portfolios].reverse()) await store.writePortfolio(portfolio)
      for (const limit of [1, 2, 3, 7, 100]) {
        const found = await pages(store, limit)
        expect(found.flat()).toEqual(portfolios)
        expect(found.slice(0, -1).every((page) => page.length === limit)).toBe(true)
      }
    })

    test('none is an empty page, and a key need not be there to come after it', async () => {
      const store = await opened(newStore)
      expect(await store.portfolioPage({ after: null, limit: 10 })).toEqual([])
      await store.writePortfolio(portfolioOf('main'))
      const after = (owner: string, name: string) => ({ after: { owner, name }, limit: 10 })
      expect(await store.portfolioPage(after('local', 'aaa'))).toEqual([portfolioOf('main')])
      expect(await store.portfolioPage(after('local', 'main'))).toEqual([])
    })
  })
}
