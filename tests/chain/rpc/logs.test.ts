import { setMaxListeners } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { traitsInMemory } from '#ingestion/evm/rpc/traits.ts'
import type { ChainRpc, LogFilter, RawLog } from '#ingestion/evm/types.ts'
import { describeChain, startAnvil, type Anvil } from '../support/anvil.ts'
import { openTestChain } from '../support/chain.ts'
import { emitTransfers, installEmitter, LONG_HISTORY, mine, topicOf, TRANSFER } from '../support/emitter.ts'
import * as host from '../support/profiles.ts'
import { startProxy, type Profile, type Proxy } from '../support/proxy.ts'

const ALICE = '0x00000000000000000000000000000000000a11ce'
const BOB = '0x0000000000000000000000000000000000000b0b'
const IN: LogFilter = { topics: [TRANSFER, null, topicOf(ALICE)] }
const OUT: LogFilter = { topics: [TRANSFER, topicOf(ALICE)] }
const BLOCKS = 60_000
const ROUNDS = 24
/** Blocks from the dense one on, which most tests leave out. */
const AFTER = 64
const HEAD = BLOCKS + AFTER
const signal = new AbortController().signal
setMaxListeners(0, signal)

let node: Anvil
/** What a node without limits gives: of all blocks, and of all but the last. */
let whole: RawLog[]
let all: RawLog[]

describeChain('logs', () => {
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1, args: [...LONG_HISTORY] })
    await installEmitter(node)
    // Spread evenly, and at last so many in one block that no answer of some hosts holds them.
    for (let at = 0; at < ROUNDS; at++) {
      await emitTransfers(node, { count: 487, from: BOB, to: ALICE })
      await emitTransfers(node, { count: 20, from: ALICE, to: BOB })
      await mine(node, BLOCKS / ROUNDS - 2)
    }
    await emitTransfers(node, { count: 3_000, from: BOB, to: ALICE })
    await mine(node, AFTER - 1)
    const chain = openTestChain(1, [node.url])
    whole = await chain.logs([IN, OUT], { from: 0, to: HEAD }, signal)
    all = whole.filter(({ block }) => block <= BLOCKS)
    chain.close()
  })
  afterAll(() => node.stop())

  test('of the node itself are whole, in order and each once', async () => {
    const keys = whole.map(({ blockHash, logIndex }) => `${blockHash} ${logIndex}`)
    const count = ROUNDS * 507 + 3_000
    expect([whole.length, new Set(keys).size]).toEqual([count, count])
    const places = whole.map(({ block, logIndex }) => block * 1e6 + logIndex)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    // A filter that takes both gives each of them once.
    const chain = await through([])
    expect(await chain.logs([IN, OUT, { topics: [TRANSFER] }], { from: 0, to: HEAD }, signal)).toEqual(whole)
  })

  /** Requests of a walk where the limits are known already, against the fewest that the range of blocks allows. */
  const cases: readonly {
    name: string
    profiles: readonly Profile[]
    blocks: number
    /** Blocks of one request. */
    most: number
    ratio: number
  }[] = [
    { name: 'alchemyFree', profiles: [host.alchemyFree()], blocks: 1_000, most: 10, ratio: 1.2 },
    { name: 'quicknodeFree', profiles: [host.quicknodeFree()], blocks: 500, most: 5, ratio: 1.2 },
    { name: 'ankr', profiles: [host.ankr()], blocks: BLOCKS, most: 3_000, ratio: 1.2 },
    { name: 'publicnode', profiles: [host.publicnode()], blocks: BLOCKS, most: 50_000, ratio: 1.2 },
    { name: 'infura', profiles: [host.infura()], blocks: BLOCKS, most: 10_000, ratio: 1.2 },
    { name: 'infura, 1,000 results', profiles: [host.infura(1_000)], blocks: BLOCKS, most: 10_000, ratio: 2 },
    { name: 'resultCap', profiles: [host.resultCap(1_000)], blocks: BLOCKS, most: BLOCKS, ratio: 2 },
    { name: 'silentCut', profiles: [host.silentCut(1_000)], blocks: BLOCKS, most: BLOCKS, ratio: 2 },
    { name: 'outOfOrder', profiles: [host.outOfOrder()], blocks: BLOCKS, most: BLOCKS, ratio: 1.2 },
    { name: 'noBatch', profiles: [host.noBatch()], blocks: BLOCKS, most: BLOCKS, ratio: 1.2 },
    { name: 'slow', profiles: [host.slow(30), host.infura()], blocks: BLOCKS, most: 10_000, ratio: 1.2 },
  ]
  test.each(cases)('are the same through $name', async ({ name, profiles, blocks, most, ratio }) => {
    const proxy = await proxied(profiles)
    const traits = traitsInMemory()
    const expected = all.filter(({ block }) => block <= blocks)
    const walk = async () => {
      proxy.reset()
      const chain = openTestChain(1, [proxy.url], { traits })
      expect(await chain.logs([IN, OUT], { from: 0, to: blocks }, signal)).toEqual(expected)
      chain.close()
      return proxy.requests
    }
    const first = await walk()
    const again = await walk()
    const cap = name.includes('1,000') || ['resultCap', 'silentCut'].includes(name) ? 1_000 : Infinity
    const least = fewest(IN, blocks, most, cap) + fewest(OUT, blocks, most, cap)
    // One more says who answers.
    console.log(`${name}: ${first} requests, then ${again}; the least are ${least}`)
    expect(again - 1).toBeLessThanOrEqual(Math.ceil(least * ratio))
    expect(first).toBeLessThanOrEqual(again + 25)
  })

  const faults: readonly [string, readonly Profile[]][] = [
    ['htmlWith200', [host.htmlWith200(), host.infura()]],
    ['rate429Inside200', [host.rate429Inside200(), host.infura()]],
    ['http429', [host.http429('0.3'), host.infura()]],
    ['missingIds', [host.missingIds(), host.infura()]],
  ]
  test.each(faults)('are the same through %s', async (name, profiles) => {
    const proxy = await proxied(profiles)
    const chain = open(proxy)
    expect(await chain.logs([IN, OUT], { from: 0, to: BLOCKS }, signal)).toEqual(all)
    console.log(`${name}: ${proxy.requests} requests`)
    expect(proxy.requests).toBeLessThan(80)
  })

  test('of one block that holds more than an answer come from its receipts, or are refused', async () => {
    const dense = BLOCKS + 1
    const range = { from: dense, to: dense }
    const expected = whole.filter(({ block }) => block === dense)
    expect(expected).toHaveLength(3_000)
    const full = await through([host.infura(1_000)])
    expect(await full.logs([IN], range, signal)).toEqual(expected)
    const bare = await through([host.infura(1_000), host.noBlockReceipts()])
    await expect(bare.logs([IN], range, signal)).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' })
    // Once it is known to cut, a block of exactly so many logs is not believed.
    const cutting = await through([host.silentCut(1_000), host.noBlockReceipts()])
    await cutting.logs([IN], { from: 0, to: dense - 1 }, signal)
    await expect(cutting.logs([IN], range, signal)).rejects.toMatchObject({ code: 'PROVIDER_REFUSED' })
  })

  test.each([
    ['that says so', false],
    ['that does not', true],
  ])('are whole at the head, through a host behind %s', async (_words, silent) => {
    const behind = AFTER
    const proxy = await proxied([host.staleHead(behind, silent)])
    const range = { from: HEAD - 1_000, to: HEAD }
    const expected = whole.filter(({ block }) => block >= range.from)
    const alone = open(proxy)
    await expect(alone.logs([IN], range, signal)).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining(`its newest block is ${HEAD - behind}`) as string,
    })
    // What it has it gives, the rest comes from the second.
    const both = openTestChain(1, [proxy.url, node.url])
    onTestFinished(() => both.close())
    expect(await both.logs([IN], range, signal)).toEqual(expected)
  })

  test('go on at the second endpoint where the first has none so old', async () => {
    const oldLogs: Profile = {
      call: (call) =>
        call.method === 'eth_getLogs' && Number((call.params[0] as { fromBlock: string }).fromBlock) < 50_000
          ? { status: 403, code: -32602, message: 'Archive requests require a personal token.' }
          : call,
    }
    const first = await proxied([oldLogs, host.infura()])
    const second = await proxied([host.infura()])
    const chain = openTestChain(1, [first.url, second.url])
    onTestFinished(() => chain.close())
    expect(await chain.logs([IN], { from: 0, to: BLOCKS }, signal)).toEqual(
      all.filter(({ topics }) => topics[2] === topicOf(ALICE)),
    )
    expect(first.byMethod.get('eth_getLogs')).toBeLessThan(10)
  })

  test('of blocks that came after the endpoint was met are asked for as well', async () => {
    const chain = await through([host.infura()])
    expect(await chain.logs([IN], { from: HEAD, to: HEAD }, signal)).toEqual([])
    await emitTransfers(node, { count: 2, from: BOB, to: ALICE })
    await mine(node, 1)
    expect(await chain.logs([IN], { from: HEAD, to: HEAD + 2 }, signal)).toHaveLength(2)
  })

  function open(proxy: Proxy): ChainRpc {
    const chain = openTestChain(1, [proxy.url])
    onTestFinished(() => chain.close())
    return chain
  }
  const through = async (profiles: readonly Profile[]) => open(await proxied(profiles))
})

async function proxied(profiles: readonly Profile[]): Promise<Proxy> {
  const proxy = await startProxy(node, ...profiles)
  onTestFinished(() => proxy.close())
  return proxy
}

/** The fewest requests of a filter: as many blocks as one may span, and no more logs than one answer holds. */
function fewest(filter: LogFilter, blocks: number, most: number, cap: number): number {
  const [, from, to] = filter.topics
  const logs = all.filter(
    ({ topics, block }) => block <= blocks && (from === null ? topics[2] === to : topics[1] === from),
  )
  let count = 0
  for (let at = 0, log = 0; at <= blocks; count++) {
    const over = logs[log + cap]?.block ?? Infinity
    at = Math.max(at + 1, Math.min(at + most, over))
    while ((logs[log]?.block ?? Infinity) < at) log++
  }
  return count
}
