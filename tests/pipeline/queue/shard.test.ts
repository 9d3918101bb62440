import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_SHARDS, parseShard, shardOf } from '#pipeline/queue/shard.ts'
import { testSeed } from '#tests/support/random.ts'

const IDS = [
  'bitcoin',
  'ethereum',
  'fiat:eur',
  'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
  'ü',
]

/** The formula of docs/workers.md, written a second time: another SHA-256, and weights as whole numbers. */
function shardByHand(id: string, count: number): number {
  const weights = Array.from({ length: count }, (_, at) =>
    BigInt(`0x${bytesToHex(sha256(utf8ToBytes(`${at + 1}/${id}`)))}`),
  )
  return weights.indexOf(weights.reduce((a, b) => (b > a ? b : a))) + 1
}

const id = fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' })

test('the shard of an id is what it was on every machine and in every version before', () => {
  expect(IDS.map((one) => [2, 3, 16, 100].map((count) => shardOf(one, count)))).toEqual(VECTORS)
})

test('the formula written a second time agrees', () => {
  fc.assert(
    fc.property(id, fc.integer({ min: 1, max: 64 }), (one, count) => {
      expect(shardOf(one, count)).toBe(shardByHand(one, count))
    }),
    { seed: testSeed(20260301) },
  )
})

test('one more shard takes its part from the others and moves nothing else', () => {
  fc.assert(
    fc.property(id, fc.integer({ min: 1, max: 40 }), (one, count) => {
      const before = shardOf(one, count)
      expect([before, count + 1]).toContain(shardOf(one, count + 1))
    }),
    { seed: testSeed(20260302) },
  )
  const many = Array.from({ length: 4_000 }, (_, at) => `asset-${at}`)
  const moved = many.filter((one) => shardOf(one, 16) !== shardOf(one, 15)).length
  // 1/16 of them, and three standard deviations of that.
  expect(Math.abs(moved - 250)).toBeLessThan(3 * Math.sqrt(4_000 * (1 / 16) * (15 / 16)))
})

test('shards are equally large', () => {
  const sizes = new Map<number, number>()
  for (let at = 0; at < 8_000; at++) {
    const shard = shardOf(`asset-${at}`, 16)
    sizes.set(shard, (sizes.get(shard) ?? 0) + 1)
  }
  expect(sizes.size).toBe(16)
  // 500 each; four standard deviations of a fair draw, for sixteen shards at once.
  for (const size of sizes.values()) expect(Math.abs(size - 500)).toBeLessThan(4 * Math.sqrt(500))
})

describe('--shard', () => {
  test.each([
    ['1/1', { index: 1, count: 1 }],
    ['3/16', { index: 3, count: 16 }],
    [`${MOST_SHARDS}/${MOST_SHARDS}`, { index: MOST_SHARDS, count: MOST_SHARDS }],
  ])('%s', (text, shard) => expect(parseShard(text)).toEqual(shard))

  test.each([
    '',
    '3',
    '0/16',
    '17/16',
    '3/0',
    '-1/3',
    '3/16/2',
    ' 3/16',
    '03/16',
    '1e1/16',
    '3.0/16',
    '1/1025',
  ])('%j is none', (text) => expect(parseShard(text)).toBeNull())
})

/** Made by `printf '%s' "1/bitcoin" | sha256sum` and so on, the highest of each; columns: 2, 3, 16 and 100 shards. */
const VECTORS = [
  [1, 3, 5, 62],
  [1, 1, 10, 49],
  [2, 3, 3, 19],
  [2, 3, 12, 38],
  [2, 2, 10, 45],
]
