import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refusal } from '#ingestion/evm/rpc/errors.ts'
import { LogLimits } from '#ingestion/evm/rpc/log-limits.ts'
import { length, LogWalk, type Blocks } from '#ingestion/evm/rpc/log-walk.ts'
import { freshTraits } from '#ingestion/evm/rpc/traits.ts'
import type { RawLog, Traits } from '#ingestion/evm/types.ts'

const SEED = 20_261_121

class Kept {
  traits: Traits = freshTraits(1, 1, 10)
  learn(traits: Partial<Traits>): void {
    this.traits = { ...this.traits, ...traits }
  }
}

type Host = {
  /** Blocks of one request, said in its error or not. */
  readonly most: number
  readonly says: boolean
  /** Logs of one answer. */
  readonly cap: number
}

/** Walks without a network: where the logs are is given, and what a host would refuse is refused. */
function walked(host: Host, range: Blocks, blocks: readonly number[], kept: Kept) {
  const limits = new LogLimits(kept)
  const walk = new LogWalk(range)
  let requests = 0
  let refusals = 0
  for (let taken = walk.take(limits); taken !== null; taken = walk.take(limits)) {
    const piece = taken
    requests += 1
    const found = blocks.filter((block) => block >= piece.from && block <= piece.to)
    if (length(piece) > host.most) {
      refusals += 1
      walk.giveBack(piece)
      limits.tooWide(length(piece), refusal('range', 'too wide', host.says ? host.most : null))
    } else if (found.length > host.cap && length(piece) > 1) {
      refusals += 1
      walk.giveBack(piece)
      limits.cappedAt(host.cap)
      walk.tooMuch(piece, refusal('results', 'too many', host.cap))
    } else {
      limits.worked(length(piece))
      walk.read(piece, found.map(logAt), limits.cap)
    }
    if (requests > 200_000) throw new Error('it does not end')
  }
  return { requests, refusals, found: walk.found.map(({ block }) => block) }
}

const logAt = (block: number): RawLog => ({
  address: '0x',
  topics: [],
  data: '0x',
  block,
  blockHash: '0x',
  time: null,
  tx: '0x',
  txIndex: 0,
  logIndex: 0,
})

const ranges = fc
  .tuple(fc.nat(1_000_000), fc.integer({ min: 1, max: 400_000 }))
  .map(([from, count]) => ({ from, to: from + count - 1 }))
const CUSTOMARY = [5, 10, 100, 500, 800, 1_000, 2_000, 3_000, 5_000, 10_000, 50_000]

test(`every block is read once, whatever the limits (seed ${SEED})`, () => {
  const hosts = fc.record({
    most: fc.integer({ min: 40, max: 500_000 }),
    says: fc.boolean(),
    cap: fc.integer({ min: 3, max: 1_000 }),
  })
  const places = fc.array(fc.nat(399_999), { maxLength: 200 })
  fc.assert(
    fc.property(hosts, ranges, places, (host, range, offsets) => {
      const blocks = offsets.map((offset) => range.from + (offset % length(range))).sort((a, b) => a - b)
      const { found } = walked(host, range, blocks, new Kept())
      expect([...found].sort((a, b) => a - b)).toEqual(blocks)
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test(`limits once learned cost no request more than the fewest (seed ${SEED})`, () => {
  const hosts = fc.oneof(
    fc.record({ most: fc.integer({ min: 5, max: 300_000 }), says: fc.constant(true) }),
    fc.record({ most: fc.constantFrom(...CUSTOMARY), says: fc.constant(false) }),
  )
  fc.assert(
    fc.property(hosts, ranges, ({ most, says }, range) => {
      const kept = new Kept()
      const host = { most, says, cap: Infinity }
      // A long walk teaches; what it costs to learn is bounded too.
      const first = walked(host, { from: 0, to: 100 * most }, [], kept)
      expect(first.refusals).toBeLessThanOrEqual(says ? 1 : 10)
      // What is refused is read together with what lies beside it.
      if (says) expect(first.requests - first.refusals).toBe(Math.ceil((100 * most + 1) / most))
      const again = walked(host, range, [], kept)
      expect(again.requests).toBeLessThanOrEqual(Math.ceil(1.2 * Math.ceil(length(range) / most)))
      expect(again.refusals).toBeLessThanOrEqual(most > 100_000 ? 1 : 0)
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test(`where results are capped, logs that lie evenly take at most twice the fewest (seed ${SEED})`, () => {
  const setups = fc.record({
    cap: fc.integer({ min: 50, max: 400 }),
    every: fc.integer({ min: 1, max: 20 }),
    logs: fc.integer({ min: 400, max: 4_000 }),
  })
  fc.assert(
    fc.property(setups, ({ cap, every, logs }) => {
      const blocks = Array.from({ length: logs }, (_, at) => at * every)
      const range = { from: 0, to: logs * every - 1 }
      const kept = new Kept()
      walked({ most: 1e9, says: true, cap }, range, blocks, kept)
      const { requests, found } = walked({ most: 1e9, says: true, cap }, range, blocks, kept)
      expect(found).toHaveLength(logs)
      expect(requests).toBeLessThanOrEqual(Math.max(4, 2 * Math.ceil(logs / cap)))
    }),
    { seed: SEED, numRuns: 100 },
  )
})
