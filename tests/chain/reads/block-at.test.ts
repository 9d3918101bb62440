import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blockAt } from '#ingestion/evm/block-at/block-at.ts'
import { timesInMemory } from '#ingestion/evm/block-at/times.ts'
import type { BlockRef } from '#ingestion/evm/types.ts'
import { below, seeded, testSeed } from '../../support/random.ts'
import { describeChain, startAnvil, type Anvil } from '../support/anvil.ts'
import { NEVER, plainRpc } from './plain-rpc.ts'

const START = 1_700_000_000
const seed = testSeed(71)

/** A node whose blocks come at the given distances in seconds, after genesis. */
async function nodeWith(gaps: readonly number[]): Promise<Anvil> {
  const node = await startAnvil({ chainId: 1, args: ['--timestamp', String(START), '--no-mining'] })
  let time = START
  for (const gap of gaps) {
    time += gap
    await node.rpc('evm_setNextBlockTimestamp', [time])
    await node.rpc('evm_mine')
  }
  return node
}

/** Blocks as the node tells them, by looking at each. */
async function allBlocks(node: Anvil, count: number): Promise<BlockRef[]> {
  const rpc = plainRpc(node.url)
  return Promise.all(Array.from({ length: count + 1 }, (_, number) => rpc.block(number, NEVER)))
}

describeChain('the block of a time', () => {
  const gaps = fc.sample(
    fc.oneof(
      fc.constant(0),
      fc.constant(1),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 90_000 }),
    ),
    { numRuns: 140, seed },
  )
  let node: Anvil
  let blocks: BlockRef[]
  beforeAll(async () => {
    node = await nodeWith(gaps)
    blocks = await allBlocks(node, gaps.length)
  }, 60_000)
  afterAll(() => node.stop())
  const expected = (time: number) => blocks.findLast((block) => block.time <= time) ?? null

  test('is the last at or before it, whatever the distances, of equal times the last', async () => {
    expect(gaps.filter((gap) => gap === 0).length).toBeGreaterThan(10)
    const [first, last] = [blocks[0] as BlockRef, blocks.at(-1) as BlockRef]
    const exact = fc.constantFrom(...blocks.map(({ time }) => time))
    const any = fc.integer({ min: first.time - 5_000, max: last.time + 5_000 })
    const times = timesInMemory()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          exact,
          exact.map((time) => time - 1),
          any,
        ),
        async (time) => {
          const found = await blockAt(plainRpc(node.url), time, { times, until: 'latest' }, NEVER)
          expect(found).toEqual(expected(time))
        },
      ),
      { numRuns: 80, seed },
    )
  }, 60_000)

  test('asked again it costs no request; what is not final is read again', async () => {
    const times = timesInMemory()
    const rpc = plainRpc(node.url)
    const final = await rpc.block('finalized', NEVER)
    const old = (blocks[40] as BlockRef).time
    const young = (blocks[130] as BlockRef).time
    expect([old < final.time, young > final.time]).toEqual([true, true])
    for (const time of [old, young]) await blockAt(rpc, time, { times, until: 'latest' }, NEVER)
    rpc.requests = 0
    expect(await blockAt(rpc, old, { times, until: 'latest' }, NEVER)).toEqual(expected(old))
    expect(rpc.requests).toBe(0)
    expect(await blockAt(rpc, young, { times, until: 'latest' }, NEVER)).toEqual(expected(young))
    expect(rpc.requests).toBeGreaterThan(0)
    expect(await blockAt(rpc, young, { times, until: 'finalized' }, NEVER)).toEqual(final)
  })

  test('before the chain began there is none', async () => {
    const found = await blockAt(
      plainRpc(node.url),
      START * 1000 - 1,
      { times: timesInMemory(), until: 'latest' },
      NEVER,
    )
    expect(found).toBe(null)
  })
})

/** A chain as long as Ethereum: genesis says 1970, blocks of 13 to 15 s, later slots of 12 s of which some stay empty. */
function longChain(blocks: number): (number: number) => BlockRef {
  const merge = Math.floor(blocks * 0.6)
  const begin = 1_438_269_988
  const seconds = (number: number) => {
    if (number === 0) return 0
    const early = Math.min(number, merge)
    const late = number - early
    // Waves stand for times of more and of fewer blocks, floors for slots that stay empty.
    const slow = Math.round(early * 14 + 200_000 * Math.sin(early / 900_000))
    return begin + slow + 12 * Math.floor(late * 1.008)
  }
  return (number) => ({ number, hash: `0x${number.toString(16)}`, time: seconds(number) * 1000 })
}

async function withServer(
  block: (number: number) => BlockRef,
  latest: number,
  body: (url: string) => Promise<void>,
) {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => {
      const [{ id, params }] = JSON.parse(text) as [{ id: number; params: [string] }]
      const tags: Record<string, number> = { latest, finalized: latest - 64 }
      const { number, hash, time } = block(tags[params[0]] ?? Number(params[0]))
      const hex = (value: number) => `0x${value.toString(16)}`
      response.end(
        JSON.stringify([{ id, result: { number: hex(number), hash, timestamp: hex(time / 1000) } }]),
      )
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

test('among 24 million blocks it takes a handful of requests', async () => {
  const chain = longChain(24_000_000)
  await withServer(chain, 24_000_000, async (url) => {
    const random = seeded(seed)
    const counts: number[] = []
    for (let at = 0; at < 60; at++) {
      const rpc = plainRpc(url)
      const block = chain(1 + below(random, 23_999_900))
      const time = block.time + below(random, 4) * 3_000
      const found = await blockAt(rpc, time, { times: timesInMemory(), until: 'finalized' }, NEVER)
      const number = found?.number ?? 0
      expect([chain(number).time <= time, chain(number + 1).time > time]).toEqual([true, true])
      counts.push(rpc.requests)
    }
    counts.sort((a, b) => a - b)
    console.log(`requests of a search: median ${counts[30]}, most ${counts.at(-1)}`)
    expect(counts[30]).toBeLessThanOrEqual(10)
    expect(counts.at(-1)).toBeLessThanOrEqual(30)
  })
})
