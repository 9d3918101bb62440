import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import { moveToken } from '#pipeline/chain/move-token.ts'
import { pairBridges } from '#pipeline/chain/pair-bridges.ts'
import { standingChange } from '#pipeline/chain/standing.ts'
import { takeBack } from '#pipeline/chain/take-back.ts'
import type { Store } from '#pipeline/ports.ts'
import { newFile, openFile } from '#tests/storage/support/embedded.ts'

const OWNER = 'local'
const WALLET = '0x00000000000000000000000000000000000000aa'
const TOKEN = 'eip155:1/erc20:0xbb' as AssetId
const HOUR = 3_600_000

const flowOf = (
  id: string,
  chain: string,
  time: number,
  quantity: string,
  more: Partial<Flow> = {},
): Flow => ({
  ...UNDETAILED,
  ...{ id, owner: OWNER, book: walletBook(WALLET), source: `rpc:${chain}`, time, quantity, chain },
  ...{ asset: 'ethereum' as AssetId, kind: 'withdraw', wallet: WALLET, tx: `0x${id}` },
  ...more,
})

/** A store in which the wallet was read from two chains. */
async function storeWith(flows: readonly Flow[]): Promise<Store> {
  const store = await openFile(newFile())
  for (const chain of ['ethereum', 'base']) {
    const until = { number: 9, time: 9 }
    const scan = { wallet: WALLET, chain, first: 1, until, expected: {}, checked: 9 } as const
    const standing = { scan, hash: '0x0', since: 0, kept: -1, fresh: false, seen: 9 } as const
    await store.writeRecords(await standingChange(store, OWNER, standing, false))
  }
  await bring(store, flows)
  return store
}

async function bring(store: Store, flows: readonly Flow[]): Promise<void> {
  for (const flow of flows) {
    const { book, source } = flow
    await store.importFlows({ owner: OWNER, book, source, file: null, mode: 'add', at: 1, flows: [[flow]] })
  }
}

const rows = async (store: Store, book = walletBook(WALLET)) =>
  (await store.flows({ owner: OWNER, books: [book] })).map(({ chain, kind, quantity, wallet, tx }) =>
    [
      chain,
      kind,
      quantity,
      wallet === WALLET ? 'wallet' : wallet,
      tx?.startsWith('match:') ? 'paired' : tx,
    ].join(' '),
  )

test('what went into a bridge and came out of another on a second chain is one transfer, until taken back', async () => {
  const place = { kind: 'transfer', wallet: 'contract:0xcc', tx: '0xout' } as const
  const flows = [
    flowOf('out', 'ethereum', 10 * HOUR, '-2', { kind: 'transfer' }),
    flowOf('there', 'ethereum', 10 * HOUR, '2', place),
    flowOf('in', 'base', 11 * HOUR, '1.99', { kind: 'deposit' }),
  ]
  const store = await storeWith(flows)
  expect(await pairBridges(store, OWNER, 5)).toBe(1)
  expect(await rows(store)).toEqual([
    'ethereum transfer -2 wallet paired',
    'base transfer 1.99 wallet paired',
  ])
  expect(await pairBridges(store, OWNER, 6)).toBe(0)
  // Its block is undone: the other side, and what lay in the contract, stand again as they came.
  await takeBack(store, OWNER, ({ id }) => id === 'in', 7)
  expect((await rows(store)).sort()).toEqual([
    'base deposit 1.99 wallet 0xin',
    'ethereum transfer -2 wallet 0xout',
    'ethereum transfer 2 contract:0xcc 0xout',
  ])
  // A pair that was taken back is not made again.
  expect(await pairBridges(store, OWNER, 8)).toBe(0)
})

test('nothing is paired that is not one to one, near in time and amount, and on two chains', async () => {
  const out = flowOf('out', 'ethereum', 100 * HOUR, '-2')
  const arrivals: readonly (readonly Flow[])[] = [
    [flowOf('in', 'ethereum', 101 * HOUR, '2', { kind: 'deposit' })],
    [flowOf('in', 'base', 126 * HOUR, '2', { kind: 'deposit' })],
    [flowOf('in', 'base', 101 * HOUR, '1.9', { kind: 'deposit' })],
    [flowOf('in', 'base', 101 * HOUR, '2', { kind: 'deposit', asset: TOKEN })],
    [1, 2].map((n) => flowOf(`in${n}`, 'base', 101 * HOUR, '2', { kind: 'deposit' })),
  ]
  for (const some of arrivals) expect(await pairBridges(await storeWith([out, ...some]), OWNER, 5)).toBe(0)
})

test('a token moves with its flows and balances between what counts and what does not', async () => {
  const token = { asset: TOKEN, kind: 'airdrop' } as const
  const aside = flowOf('a', 'ethereum', HOUR, '5', { ...token, book: asideBook(WALLET) })
  const other = flowOf('o', 'ethereum', HOUR, '1', { kind: 'deposit' })
  const store = await storeWith([aside, other])
  const move = { owner: OWNER, chain: 'ethereum', asset: TOKEN, at: 3 }
  expect(await moveToken(store, { ...move, to: 'counted' })).toBe(1)
  expect(await rows(store, asideBook(WALLET))).toEqual([])
  expect(await rows(store)).toHaveLength(2)
  const place = { owner: OWNER, wallet: WALLET, chain: 'ethereum', source: 'rpc:ethereum' }
  const eth = { ...place, asset: 'ethereum' as AssetId, time: 9, quantity: '1' }
  await store.writeBalances([eth, { ...eth, asset: TOKEN, quantity: '5' }])
  expect(await moveToken(store, { ...move, to: 'aside' })).toBe(1)
  expect(await rows(store)).toEqual(['ethereum deposit 1 wallet 0xo'])
  expect(await store.flows({ owner: OWNER, books: [asideBook(WALLET)] })).toEqual([aside])
  expect(await store.balances(OWNER, [WALLET])).toEqual([eth])
  expect(await moveToken(store, { ...move, to: 'aside' })).toBe(0)
  expect((await store.verify()).damage).toEqual([])
})
