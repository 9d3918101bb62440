import { describe, expect, test } from 'vitest'
import type { BlockTx, FullBlock, Receipt } from '#ingestion/evm/history/blocks.ts'
import { callsOfTraces, callsOfTree } from '#ingestion/evm/history/calls.ts'
import { settleBlock, type WalletBlock } from '#ingestion/evm/history/settle.ts'
import type { Hex } from '#ingestion/evm/types.ts'

const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const [ME, OTHER, SHOP] = ['a', 'c', 'd'].map(address) as [Hex, Hex, Hex]
const hash = (at: number): Hex => `0x${at.toString(16).padStart(64, '0')}`

const tx = (index: number, more: Partial<BlockTx>): BlockTx => ({
  ...{
    hash: hash(index),
    index,
    from: OTHER,
    to: SHOP,
    value: 0n,
    input: '0x',
    plainType: true,
    paysCoin: true,
  },
  ...more,
})
const done = (cost: bigint, more: Partial<Receipt> = {}): Receipt => ({
  ok: true,
  cost,
  created: null,
  ...more,
})
const block = (txs: readonly BlockTx[], more: Partial<FullBlock> = {}): FullBlock => ({
  ...{ ref: { number: 5, hash: hash(99), time: 0 }, miner: null, txs, withdrawals: [] },
  ...more,
})
const facts = (more: Partial<WalletBlock>): WalletBlock => ({
  ...{ wallet: ME, block: block([]), code: false, receipts: new Map(), delta: 0n, nonces: 0n },
  ...{ told: [], touched: new Set(), calls: null },
  ...more,
})
const lines = (of: WalletBlock) =>
  settleBlock(of).movements.map(
    ({ what, amount, tx: in_ }) => `${what} ${amount} ${in_ === null ? 'no tx' : Number(in_)}`,
  )

describe('a block of a wallet', () => {
  test('gas of a failed transaction is paid, its value is not', () => {
    const txs = [tx(1, { from: ME, value: 7n, input: '0x12345678' })]
    const receipts = new Map([[hash(1), done(3n, { ok: false })]])
    expect(lines(facts({ block: block(txs), receipts, delta: -3n, nonces: 1n }))).toEqual(['gas -3 1'])
  })

  test('a fee that no receipt names is gas of the own transaction', () => {
    const txs = [tx(1, { from: ME, value: 7n })]
    const receipts = new Map([[hash(1), done(3n)]])
    const settled = lines(facts({ block: block(txs), receipts, delta: -15n, nonces: 1n }))
    expect(settled).toEqual(['gas -3 1', 'value -7 1', 'gas -5 1'])
  })

  test('a fee paid in a token takes nothing of the coin', () => {
    const txs = [tx(1, { from: ME, paysCoin: false })]
    const receipts = new Map([[hash(1), done(3n)]])
    expect(lines(facts({ block: block(txs), receipts, nonces: 1n }))).toEqual([])
  })

  test('withdrawals of a validator and the share of the producer are rewards', () => {
    const withdrawals = [
      { address: ME, amount: 20n },
      { address: OTHER, amount: 9n },
    ]
    const of = facts({ block: block([tx(1, {})], { withdrawals, miner: ME }), delta: 26n })
    expect(lines(of)).toEqual(['reward 20 no tx', 'reward 6 no tx'])
  })

  test('what a call brought goes to the transaction that explains it', () => {
    const own = tx(1, { from: ME, input: '0x12345678' })
    const stranger = tx(2, { input: '0x12345678' })
    const another = tx(3, { input: '0x12345678' })
    const receipts = new Map([[hash(1), done(3n)]])
    const come = (txs: readonly BlockTx[]) =>
      lines(facts({ block: block(txs), receipts, delta: txs.includes(own) ? 2n : 5n, nonces: 0n })).at(-1)
    expect(come([own, stranger])).toBe('value 5 1')
    expect(come([stranger])).toBe('value 5 2')
    expect(come([stranger, tx(4, {})])).toBe('value 5 2')
    expect(come([stranger, another])).toBe('value 5 no tx')
    expect(settleBlock(facts({ block: block([stranger, another]), delta: 5n })).unclear).toBe(5n)
  })

  test('unwrapped ether is told by its log, and the rest stays apart', () => {
    const txs = [tx(1, { from: ME, to: SHOP, input: '0x12345678' }), tx(2, { input: '0x12345678' })]
    const told = [{ tx: hash(1), from: SHOP, amount: 4n, logIndex: 0 }]
    const of = facts({
      block: block(txs),
      receipts: new Map([[hash(1), done(3n)]]),
      told,
      delta: 1n,
      nonces: 1n,
    })
    expect(lines(of)).toEqual(['gas -3 1', 'value 4 1'])
  })

  test('a nonce that moves by more than the transactions is noticed', () => {
    expect(settleBlock(facts({ nonces: 1n })).signedMore).toBe(true)
    const txs = [tx(1, { from: ME })]
    expect(settleBlock(facts({ block: block(txs), nonces: 1n })).signedMore).toBe(false)
  })
})

describe('calls of a transaction', () => {
  const failing = 'out of gas'
  test('that failed take back those within them, in both shapes', () => {
    const trace = (traceAddress: number[], value: string, error?: string) => ({
      ...{ type: 'call', traceAddress, blockNumber: 5, transactionHash: hash(1), error },
      action: { callType: 'call', from: OTHER, to: ME, value, input: '0x' },
      result: {},
    })
    const list = [trace([], '0x1'), trace([0], '0x2', failing), trace([0, 0], '0x3'), trace([1], '0x4')]
    expect(callsOfTraces(list).map(({ value }) => value)).toEqual([1n, 4n])
    const call = (value: string, calls: object[] = [], error?: string) => ({
      ...{ type: 'CALL', from: OTHER, to: ME, value, input: '0x', calls },
      ...(error === undefined ? {} : { error }),
    })
    const tree = call('0x1', [call('0x2', [call('0x3')], failing), call('0x4')])
    expect(callsOfTree(5, hash(1), tree).map(({ value }) => value)).toEqual([1n, 4n])
  })

  test('that borrow code move nothing, and one that ends a contract leaves what it had', () => {
    const base = { traceAddress: [0], blockNumber: 5, transactionHash: hash(1) }
    const borrowed = {
      ...base,
      type: 'call',
      action: { callType: 'delegatecall', from: OTHER, to: ME, value: '0x2' },
    }
    const ended = { ...base, type: 'suicide', action: { address: SHOP, refundAddress: ME, balance: '0x9' } }
    expect(callsOfTraces([borrowed, ended])).toMatchObject([{ from: SHOP, to: ME, value: 9n }])
    const tree = { type: 'DELEGATECALL', from: OTHER, to: ME, value: '0x2' }
    expect(
      callsOfTree(5, hash(1), { ...tree, calls: [{ ...tree, type: 'SELFDESTRUCT', from: SHOP }] }),
    ).toMatchObject([{ from: SHOP, to: ME, value: 2n }])
  })
})
