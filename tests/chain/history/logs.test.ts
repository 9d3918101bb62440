import { describe, expect, test } from 'vitest'
import { encodeAbiParameters, toEventSelector } from 'viem'
import { SAFE_TOPIC, TOPIC, topicOf } from '#ingestion/evm/history/events.ts'
import { readLogs, transferFilters } from '#ingestion/evm/history/transfers.ts'
import type { Hex, RawLog } from '#ingestion/evm/types.ts'

const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const [ME, MINE, OTHER, WETH, COIN] = ['a', 'b', 'c', '1', '2'].map(address) as [Hex, Hex, Hex, Hex, Hex]
const NOBODY = address('0')
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`

let next = 0
const log = (contract: Hex, topics: readonly Hex[], data: Hex = '0x'): RawLog => ({
  ...{ address: contract, topics, data, block: 5, blockHash: word(5n), time: 1_700_000_000_000 },
  ...{ tx: word(7n), txIndex: 0, logIndex: next++ },
})
const transfer = (from: Hex, to: Hex, data: Hex, contract = COIN) =>
  log(contract, [TOPIC.transfer, topicOf(from), topicOf(to)], data)
const read = (...logs: RawLog[]) => readLogs(logs, new Set([ME, MINE]), (contract) => contract === WETH)
const lines = (...logs: RawLog[]) =>
  read(...logs).moves.map((move) => {
    const id = 'tokenId' in move ? ` #${move.tokenId}` : ''
    return `${move.wallet === ME ? 'me' : 'mine'} ${move.what} ${move.amount}${id}`
  })

describe('what a log says of a wallet', () => {
  test('topics are the hashes of what they are said to be', () => {
    const hash = (event: string) => toEventSelector(event)
    expect(TOPIC).toEqual({
      transfer: hash('Transfer(address,address,uint256)'),
      deposit: hash('Deposit(address,uint256)'),
      withdrawal: hash('Withdrawal(address,uint256)'),
      single: hash('TransferSingle(address,address,address,uint256,uint256)'),
      batch: hash('TransferBatch(address,address,address,uint256[],uint256[])'),
    })
    expect(SAFE_TOPIC).toEqual({
      received: hash('SafeReceived(address,uint256)'),
      executed: hash('ExecutionSuccess(bytes32,uint256)'),
      byModule: hash('ExecutionFromModuleSuccess(address)'),
    })
  })

  test('three requests serve a group of any size, and one more its contracts', () => {
    expect(transferFilters([ME, MINE], [])).toHaveLength(3)
    expect(transferFilters([ME, MINE], [MINE])).toHaveLength(4)
    const many = Array.from({ length: 1_001 }, (_, at) => word(BigInt(at)).slice(0, 42) as Hex)
    expect(transferFilters(many, [])).toHaveLength(9)
  })

  test('a token in, out, between own wallets, to oneself, and of nothing', () => {
    expect(lines(transfer(OTHER, ME, word(5n)))).toEqual(['me transfer 5'])
    expect(lines(transfer(ME, OTHER, word(5n)))).toEqual(['me transfer -5'])
    expect(lines(transfer(ME, MINE, word(5n)))).toEqual(['me transfer -5', 'mine transfer 5'])
    expect(lines(transfer(ME, ME, word(5n)))).toEqual([])
    expect(lines(transfer(OTHER, ME, word(0n)))).toEqual([])
    expect(lines(transfer(OTHER, OTHER, word(5n)))).toEqual([])
  })

  test('more data than 32 bytes is read as its first word; the largest amount is exact', () => {
    expect(lines(transfer(OTHER, ME, `${word(5n)}ff`))).toEqual(['me transfer 5'])
    expect(lines(transfer(OTHER, ME, word(2n ** 256n - 1n)))).toEqual([`me transfer ${2n ** 256n - 1n}`])
  })

  test('wrapping counts for the wrapped ether of the chain alone, and once', () => {
    const deposit = (contract: Hex) => log(contract, [TOPIC.deposit, topicOf(ME)], word(5n))
    const withdrawal = log(WETH, [TOPIC.withdrawal, topicOf(ME)], word(2n))
    expect(lines(deposit(WETH), withdrawal)).toEqual(['me wrap 5', 'me wrap -2'])
    expect(lines(deposit(COIN))).toEqual([])
    expect(lines(deposit(WETH), transfer(NOBODY, ME, word(5n), WETH))).toEqual(['me transfer 5'])
  })

  test('NFTs of both kinds, several in one log', () => {
    const nft = log(COIN, [TOPIC.transfer, topicOf(OTHER), topicOf(ME), word(2n ** 255n)])
    expect(lines(nft)).toEqual([`me erc721 1 #${2n ** 255n}`])
    const parties = [topicOf(OTHER), topicOf(ME), topicOf(MINE)]
    const single = log(COIN, [TOPIC.single, ...parties], `${word(3n)}${word(9n).slice(2)}`)
    expect(lines(single)).toEqual(['me erc1155 -9 #3', 'mine erc1155 9 #3'])
    const lists = (ids: bigint[], amounts: bigint[]) =>
      encodeAbiParameters([{ type: 'uint256[]' }, { type: 'uint256[]' }], [ids, amounts])
    const batch = (data: Hex) => log(COIN, [TOPIC.batch, topicOf(OTHER), topicOf(OTHER), topicOf(ME)], data)
    expect(lines(batch(lists([3n, 4n, 3n], [1n, 2n, 5n])))).toEqual(['me erc1155 6 #3', 'me erc1155 2 #4'])
    expect(lines(batch(lists([3n], [1n, 2n])))).toEqual([])
  })

  test.each<readonly [string, RawLog]>([
    ['a transfer of 7 bytes', transfer(OTHER, ME, '0x00000000000001')],
    ['a transfer without data', transfer(OTHER, ME, '0x')],
    [
      'a list that ends too early',
      log(COIN, [TOPIC.batch, topicOf(OTHER), topicOf(OTHER), topicOf(ME)], word(64n)),
    ],
  ])('%s is a fault and no crash', (_name, malformed) => {
    const { moves, faults } = read(malformed, malformed)
    expect(moves).toEqual([])
    expect(faults.get(ME)).toEqual([`${COIN}: 2 transfers told by a log whose data cannot be read`])
  })

  test('topics that hold no address are nothing', () => {
    expect(lines(log(COIN, [TOPIC.transfer, word(2n ** 200n), topicOf(ME)], word(1n)))).toEqual([])
    expect(lines(log(COIN, [TOPIC.transfer], word(1n)))).toEqual([])
  })
})
