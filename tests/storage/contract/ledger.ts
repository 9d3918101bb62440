import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import type { FlowMonth } from '#pipeline/ports.ts'
import { balanceOf, BTC, ETH, flowOf, hour, importOf, portfolioOf } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

const MAIN = { owner: 'local', books: ['portfolio:main'] }
const NOTHING = { added: 0, unchanged: 0, retired: 0, gone: [], goneCount: 0, sameAsOther: 0 }

export function ledgerContract(newStore: NewStore): void {
  describe('portfolios and balances', () => {
    test('a portfolio is replaced by its owner and name', async () => {
      const store = await opened(newStore)
      await store.writePortfolio(portfolioOf('main', { flowsFile: null }))
      await store.writePortfolio(portfolioOf('main'))
      await store.writePortfolio(portfolioOf('Aside'))
      await store.writePortfolio(portfolioOf('main', { owner: 'somebody' }))
      expect(await store.portfolio('local', 'main')).toEqual(portfolioOf('main'))
      expect(await store.portfolio('local', 'none')).toBeNull()
      expect(await store.portfolios('local')).toEqual([portfolioOf('Aside'), portfolioOf('main')])
    })

    test('balances are kept by wallet, chain, asset and time', async () => {
      const store = await opened(newStore)
      const rows = [balanceOf(5, '1.5'), balanceOf(6, '2'), balanceOf(5, '7', { wallet: '0xcd' })]
      expect(await store.writeBalances([...rows].reverse())).toEqual({ added: 3, changed: 0, unchanged: 0 })
      const later = balanceOf(6, '3.000000000000000000000000000001')
      expect(await store.writeBalances([rows[0] as typeof later, later])).toEqual({
        added: 0,
        changed: 1,
        unchanged: 1,
      })
      expect(await store.balances('local', ['0xcd', '0xab'])).toEqual([rows[0], later, rows[2]])
      expect(await store.balances('somebody', ['0xab'])).toEqual([])
    })
  })

  describe('balances of a scope', () => {
    const scope = { owner: 'local', wallet: '0xab', chain: 'eip155:1', source: 'allium', after: 5 }

    test('those later than a time are replaced, and no others', async () => {
      const store = await opened(newStore)
      const kept = [
        balanceOf(4, '1'),
        balanceOf(5, '2'),
        balanceOf(6, '3', { chain: 'base' }),
        balanceOf(6, '4', { wallet: '0xcd' }),
        balanceOf(7, '5', { source: 'rpc:ethereum' }),
        balanceOf(6, '6', { owner: 'ada' }),
      ]
      await store.writeBalances([
        ...kept,
        balanceOf(6, '7'),
        balanceOf(6, '8', { asset: BTC }),
        balanceOf(8, '9'),
      ])
      const next = [balanceOf(6, '7'), balanceOf(8, '10'), balanceOf(9, '11')]
      const counts = { added: 1, changed: 1, unchanged: 1, removed: 1 }
      expect(await store.replaceBalances(scope, next)).toEqual(counts)
      const quantities = async (owner: string) =>
        (await store.balances(owner, ['0xab', '0xcd'])).map(({ quantity }) => quantity).sort()
      expect(await quantities('local')).toEqual(['1', '10', '11', '2', '3', '4', '5', '7'])
      expect(await quantities('ada')).toEqual(['6'])
      const none = { added: 0, changed: 0, unchanged: 0, removed: 3 }
      expect(await store.replaceBalances(scope, [])).toEqual(none)
      expect(await quantities('local')).toEqual(['1', '2', '3', '4', '5'])
    })
  })

  describe('imports of flows', () => {
    test('a span retires what no longer comes in it, of its source and book alone', async () => {
      const store = await opened(newStore)
      const at = (n: number, id = `f${n}`) => flowOf(id, { time: hour(n) })
      const span = { mode: 'span', span: { after: hour(2), until: hour(4) } } as const
      const all = [1, 2, 3, 4, 5].map((n) => at(n))
      await store.importFlows(importOf(all, { mode: 'add' }))
      await store.importFlows(importOf([at(3, 'other')], { mode: 'add', source: 'file' }))
      await store.importFlows(importOf([at(3, 'beside')], { mode: 'add', book: 'wallet:0xab' }))
      const dry = importOf([at(4)], { ...span, dryRun: true })
      expect(await store.importFlows(dry)).toEqual({ ...NOTHING, unchanged: 1, retired: 1 })
      expect(await store.importFlows(importOf([at(3), at(4)], span))).toEqual({ ...NOTHING, unchanged: 2 })
      const next = [at(4), at(4, 'new')]
      expect(await store.importFlows(importOf(next, span))).toEqual({
        ...NOTHING,
        added: 1,
        unchanged: 1,
        retired: 1,
      })
      const ids = async () => (await store.flows(MAIN)).map(({ id }) => id)
      expect(await ids()).toEqual(['f1', 'f2', 'other', 'f4', 'new', 'f5'])
      // What was undone and comes back stands again.
      expect(await store.importFlows(importOf([at(3), at(4)], span))).toMatchObject({ added: 1, retired: 1 })
      expect(await ids()).toEqual(['f1', 'f2', 'f3', 'other', 'f4', 'f5'])
      expect(await store.importFlows(importOf([], span))).toMatchObject({ retired: 2 })
      expect(await ids()).toEqual(['f1', 'f2', 'other', 'f5'])
      expect((await store.verify()).damage).toEqual([])
    })

    test('a mirror adds what is new and retires what no longer comes; the retired can come again', async () => {
      const store = await opened(newStore)
      const [a, b, c] = [flowOf('a'), flowOf('b', { time: hour(2) }), flowOf('c', { time: hour(3) })]
      expect(await store.importFlows(importOf([a, b]))).toEqual({ ...NOTHING, added: 2 })
      expect(await store.importFlows(importOf([b, c]))).toEqual({
        ...NOTHING,
        added: 1,
        unchanged: 1,
        retired: 1,
      })
      expect(await store.flows(MAIN)).toEqual([b, c])
      expect(await store.importFlows(importOf([a, b, c]))).toEqual({ ...NOTHING, added: 1, unchanged: 2 })
      expect(await store.flows(MAIN)).toEqual([a, b, c])
    })

    test('a mirror of one source leaves other sources, books and owners alone', async () => {
      const store = await opened(newStore)
      const other = flowOf('x', { source: 'file' })
      const wallet = flowOf('y', { book: 'wallet:0xab' })
      const stranger = flowOf('z', { owner: 'somebody' })
      for (const flow of [other, wallet, stranger]) await store.importFlows(importOf([flow], pick(flow)))
      expect(await store.importFlows(importOf([]))).toEqual(NOTHING)
      expect(await store.flows({ ...MAIN, books: ['portfolio:main', 'wallet:0xab'] })).toEqual([
        other,
        wallet,
      ])
      expect(await store.flows({ ...MAIN, owner: 'somebody' })).toEqual([stranger])
    })

    test('add names what is gone from the same file, replace retires it', async () => {
      const store = await opened(newStore)
      const flows = Array.from({ length: 150 }, (_, n) => flowOf(`f${String(n).padStart(3, '0')}`))
      const elsewhere = flowOf('other', { file: '/data/other.csv' })
      await store.importFlows(importOf(flows, { mode: 'add' }))
      await store.importFlows(importOf([elsewhere], { mode: 'add', file: '/data/other.csv' }))
      const kept = flows.slice(0, 10)
      const added = await store.importFlows(importOf(kept, { mode: 'add' }))
      expect(added).toEqual({ ...NOTHING, unchanged: 10, gone: flows.slice(10, 110), goneCount: 140 })
      expect(await store.flowCount(MAIN)).toBe(151)
      expect(await store.importFlows(importOf(kept, { mode: 'replace' }))).toEqual({
        ...NOTHING,
        unchanged: 10,
        retired: 140,
      })
      expect(await store.flows(MAIN)).toEqual([...kept, elsewhere])
    })

    test('a dry run counts and changes nothing', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([flowOf('a')]))
      const hash = await store.canonicalHash()
      const dry = importOf([flowOf('b')], { dryRun: true })
      expect(await store.importFlows(dry)).toEqual({ ...NOTHING, added: 1, retired: 1 })
      expect(await store.canonicalHash()).toBe(hash)
      expect(await store.flowMonths('local', MAIN.books)).toMatchObject([{ revision: 1, count: 1 }])
    })

    test('a note and a line follow the newest import without being a change', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([flowOf('a')]))
      const noted = flowOf('a', { note: 'rent', line: 7 })
      expect(await store.importFlows(importOf([noted]))).toEqual({ ...NOTHING, unchanged: 1 })
      expect(await store.flows(MAIN)).toEqual([noted])
      expect(await store.flowMonths('local', MAIN.books)).toMatchObject([{ revision: 1 }])
    })

    test('F17: rows delivered twice, in one import or in two, count once', async () => {
      const store = await opened(newStore)
      const flows = [flowOf('a'), flowOf('b')]
      expect(await store.importFlows(importOf([...flows, ...flows]))).toEqual({ ...NOTHING, added: 2 })
      const hash = await store.canonicalHash()
      expect(await store.importFlows(importOf(flows))).toEqual({ ...NOTHING, unchanged: 2 })
      expect(await store.canonicalHash()).toBe(hash)
    })

    test('an error while the rows are read leaves the ledger as it was', async () => {
      const store = await opened(newStore)
      await store.importFlows(importOf([flowOf('a')]))
      async function* failing() {
        yield [flowOf('b')]
        throw new Error('line 3')
      }
      await expect(store.importFlows(importOf([], { flows: failing() }))).rejects.toThrow('line 3')
      expect(await store.flows(MAIN)).toEqual([flowOf('a')])
    })

    describe('what another source already gave', () => {
      const seen = (id: string, more = {}) =>
        flowOf(id, { tx: '0x1', wallet: '0xAB', quantity: '-2', kind: 'sell', ...more })
      const wallet = { book: 'wallet:0xab', source: 'allium', file: null }

      test('is not added: equal tx, wallet, asset and quantity', async () => {
        const store = await opened(newStore)
        await store.importFlows(importOf([seen('a', { logIndex: 3 })], wallet))
        const rows = [
          seen('same', { wallet: '0xab' }),
          seen('tx', { tx: '0x2' }),
          seen('no tx', { tx: null }),
          seen('empty tx', { tx: '' }),
          seen('wallet', { wallet: '0xcd' }),
          seen('asset', { asset: ETH }),
          seen('quantity', { quantity: '-2.1' }),
          seen('log', { logIndex: 4 }),
        ]
        expect(await store.importFlows(importOf(rows))).toEqual({ ...NOTHING, added: 7, sameAsOther: 1 })
        expect(await store.flowCount(MAIN)).toBe(7)
        expect(await store.importFlows(importOf(rows))).toEqual({ ...NOTHING, unchanged: 7, sameAsOther: 1 })
      })

      test('counts once for each time: the second of two equal legs is new', async () => {
        const store = await opened(newStore)
        await store.importFlows(importOf([seen('a')], wallet))
        const legs = [seen('first'), seen('second', { ordinal: 1 })]
        expect(await store.importFlows(importOf(legs))).toEqual({ ...NOTHING, added: 1, sameAsOther: 1 })
        expect((await store.flows(MAIN)).map(({ id }) => id)).toEqual(['second'])
      })

      test('is added once the other source has retired it', async () => {
        const store = await opened(newStore)
        await store.importFlows(importOf([seen('a')], wallet))
        await store.importFlows(importOf([], wallet))
        expect(await store.importFlows(importOf([seen('b')]))).toEqual({ ...NOTHING, added: 1 })
      })

      test('does not keep two portfolios from telling of the same transfer', async () => {
        const store = await opened(newStore)
        await store.importFlows(importOf([seen('a')], { book: 'portfolio:second', source: 'flows:second' }))
        expect(await store.importFlows(importOf([seen('a')]))).toEqual({ ...NOTHING, added: 1 })
      })
    })
  })

  describe('questions to the ledger', () => {
    test('flows are found by time, asset and tx, in either order, in pages', async () => {
      const store = await opened(newStore)
      const flows = [1, 2, 2, 3, 4].map((n, at) =>
        flowOf(`f${at}`, { time: hour(n), tx: `t${n}`, asset: at % 2 === 0 ? BTC : ETH }),
      )
      await store.importFlows(importOf([...flows].reverse()))
      const ids = async (query: object) => (await store.flows({ ...MAIN, ...query })).map(({ id }) => id)
      expect(await ids({})).toEqual(['f0', 'f1', 'f2', 'f3', 'f4'])
      expect(await ids({ newestFirst: true, limit: 3 })).toEqual(['f4', 'f3', 'f2'])
      expect(await ids({ limit: 2, offset: 3 })).toEqual(['f3', 'f4'])
      expect(await ids({ after: hour(1), until: hour(3) })).toEqual(['f1', 'f2', 'f3'])
      expect(await ids({ asset: ETH })).toEqual(['f1', 'f3'])
      expect(await ids({ tx: ['t2', 't4', 'none'] })).toEqual(['f1', 'f2', 'f4'])
      expect(await ids({ kind: 'buy', asset: ETH })).toEqual(['f1', 'f3'])
      expect(await ids({ kind: 'gas' })).toEqual([])
      expect(await ids({ books: [] })).toEqual([])
      expect(await store.flowCount({ ...MAIN, after: hour(1) })).toBe(4)
    })

    test('a flow belongs to the month of the hour mark that ends its interval', async () => {
      const store = await opened(newStore)
      const border = Date.UTC(2026, 1, 1)
      const times = [border - 1000 - HOUR_MS, border - 1000, border, border + 1000]
      await store.importFlows(importOf(times.map((time, n) => flowOf(`f${n}`, { time, tx: `t${n % 2}` }))))
      expect(await store.flowMonths('local', MAIN.books)).toEqual([
        { book: 'portfolio:main', month: '2026-01', revision: 1, count: 1 },
        { book: 'portfolio:main', month: '2026-02', revision: 1, count: 3 },
      ])
      expect(await store.spanningTx('local', MAIN.books)).toEqual([
        { tx: 't0', months: ['2026-01', '2026-02'] },
      ])
    })

    test('books with current flows are named, of the owners from one to another', async () => {
      const store = await opened(newStore)
      const flowIn = (owner: string, book: string) =>
        importOf([flowOf(`${owner}${book}`, { owner, book })], { owner, book })
      const all = [
        ['ada', 'portfolio:main'],
        ['ada', 'wallet:0xab'],
        ['bob', 'portfolio:main'],
        ['cy', 'portfolio:gone'],
        ['cy', 'portfolio:main'],
      ] as const
      for (const [owner, book] of all) await store.importFlows(flowIn(owner, book))
      await store.importFlows(importOf([], { owner: 'cy', book: 'portfolio:gone' }))
      const found = async (from: string, to: string) =>
        (await store.flowBooks({ from, to })).map(({ owner, book }) => `${owner} ${book}`)
      const [main, wallet, bob, , cy] = all.map((row) => row.join(' '))
      expect(await found('ada', 'cy')).toEqual([main, wallet, bob, cy])
      expect(await found('ada', 'ada')).toEqual([main, wallet])
      expect(await found('b', 'bz')).toEqual([bob])
      expect(await found('x', 'z')).toEqual([])
    })

    test('the revision of a month moves when a current flow comes or goes, even one for one', async () => {
      const store = await opened(newStore)
      const march = { time: Date.UTC(2026, 2, 5) }
      const months = async (): Promise<Record<string, FlowMonth>> =>
        Object.fromEntries((await store.flowMonths('local', MAIN.books)).map((row) => [row.month, row]))
      await store.importFlows(importOf([flowOf('a'), flowOf('m', march)]))
      await store.importFlows(importOf([flowOf('b'), flowOf('m', march)]))
      expect(await months()).toMatchObject({
        '2026-01': { revision: 2, count: 1 },
        '2026-03': { revision: 1, count: 1 },
      })
      await store.importFlows(importOf([flowOf('b')]))
      expect(Object.keys(await months())).toEqual(['2026-01'])
      await store.importFlows(importOf([flowOf('b'), flowOf('m', march)]))
      expect(await months()).toMatchObject({ '2026-03': { revision: 3, count: 1 } })
    })

    test('every asset that current flows touch is named with its first time', async () => {
      const store = await opened(newStore)
      const flows = [
        flowOf('a', { time: hour(5), priceCurrency: 'eur', feeAsset: 'bnb' as AssetId, fee: '1' }),
        flowOf('b', { time: hour(2), asset: ETH }),
        flowOf('c', { time: hour(4) }),
        flowOf('gone', { time: hour(1), asset: 'dogecoin' as AssetId }),
      ]
      await store.importFlows(importOf(flows))
      await store.importFlows(importOf(flows.slice(0, 3)))
      expect(await store.flowAssets('local', MAIN.books)).toEqual([
        { asset: 'bitcoin', first: hour(4) },
        { asset: 'bnb', first: hour(5) },
        { asset: 'ethereum', first: hour(2) },
        { asset: 'fiat:eur', first: hour(5) },
      ])
    })

    test('coverage grows where it touches; asked for is the part up to the newest time', async () => {
      const store = await opened(newStore)
      const covered = () => store.flowCoverage('local', ['a', 'b'])
      expect(await covered()).toEqual([])
      await store.coverFlows('local', 'a', 100, 200)
      await store.coverFlows('local', 'a', 300, 400)
      await store.coverFlows('local', 'b', 10, 20)
      const b = { book: 'b', from: 10, to: 20 }
      expect(await covered()).toEqual([{ book: 'a', from: 300, to: 400 }, b])
      await store.coverFlows('local', 'a', 400, 500)
      expect(await covered()).toEqual([{ book: 'a', from: 300, to: 500 }, b])
      await store.coverFlows('local', 'a', 150, 300)
      expect(await covered()).toEqual([{ book: 'a', from: 100, to: 500 }, b])
    })
  })
}

const pick = ({ owner, book, source }: { owner: string; book: string; source: string }) => ({
  owner,
  book,
  source,
})
