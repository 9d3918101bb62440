import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Hour } from '#core/hour.ts'
import { emptyChunk, mergeRun } from '#core/merge.ts'
import type { Gap } from '#core/sample.ts'
import { rowSum, type RowValue } from '#storage/rows/checksum.ts'
import { decodeDoubles, encodeDoubles } from '#storage/rows/chunk-blob.ts'
import { cutGaps } from '#storage/rows/gaps.ts'
import { testSeed } from '#tests/support/random.ts'
import { newFile, openFile } from './support/embedded.ts'
import { BTC, gapOf, hour, MONTH, runOf, USD } from './support/values.ts'

const seed = testSeed(11)
const check = <T>(property: fc.IAsyncProperty<T> | fc.IProperty<T>, numRuns: number) =>
  fc.assert(property as fc.IAsyncProperty<T>, { seed, numRuns })

const HOURS = 30
const price = fc.oneof(fc.double({ min: 0.01, max: 1e6, noNaN: true }), fc.constant(NaN))
const run = fc
  .tuple(fc.nat(HOURS), fc.array(price, { maxLength: 8 }), fc.constantFrom(60_000, 3_600_000))
  .map(([from, prices, covered]) => runOf(prices, from, { covered }))

test('answers in any order and grouping are stored as they merge in memory', async () => {
  await check(
    fc.asyncProperty(fc.array(fc.array(run, { maxLength: 3 }), { maxLength: 6 }), async (calls) => {
      const store = await openFile(newFile())
      let expected = emptyChunk({ asset: BTC, quote: USD, provider: 'coingecko', month: MONTH })
      for (const runs of calls) {
        const counts = await store.writePrices(runs.map((one) => ({ run: one, suspects: [], gaps: [] })))
        runs.forEach((one, at) => {
          const merged = mergeRun(expected, one)
          expected = merged.chunk
          expect(counts[at]).toEqual(merged.counts)
        })
      }
      const stored = await store.chunks({ assets: [BTC], quote: USD, from: MONTH, to: MONTH })
      expect(stored).toEqual(expected.revision === 0 ? [] : [expected])
      await store.close()
    }),
    25,
  )
})

test('gaps stored say of every hour what was said of it last', async () => {
  const span = fc.tuple(fc.nat(HOURS), fc.nat(10), fc.boolean())
  await check(
    fc.asyncProperty(fc.array(span, { maxLength: 12 }), async (changes) => {
      const store = await openFile(newFile())
      const said = new Map<number, string>()
      for (const [at, [from, length, isRun]] of changes.entries()) {
        const gap = gapOf(from, from + length, { message: `change ${at}` })
        if (isRun)
          await store.writePrices([
            { run: runOf(Array<number>(length).fill(1), from), suspects: [], gaps: [] },
          ])
        else await store.writeGaps([gap])
        for (let n = from; n < from + length; n++)
          if (isRun) said.delete(hour(n))
          else said.set(hour(n), gap.message)
      }
      const stored = new Map<number, string>()
      for (const gap of await store.gaps())
        for (let n = gap.from; n < gap.to; n = (n + 3_600_000) as Hour) {
          expect(stored.has(n)).toBe(false)
          stored.set(n, gap.message)
        }
      expect(new Map([...stored].sort())).toEqual(new Map([...said].sort()))
      await store.close()
    }),
    25,
  )
})

test('what is cut out of gaps and what is left make up the gaps', () => {
  const gap = fc
    .tuple(fc.nat(50), fc.integer({ min: 1, max: 20 }))
    .map(([from, length]) => gapOf(from, from + length))
  const hours = (gaps: readonly Gap[]) => gaps.reduce((sum, { from, to }) => sum + (to - from), 0)
  void check(
    fc.property(fc.array(gap), fc.nat(50), fc.nat(20), (gaps, from, length) => {
      const left = cutGaps(gaps, hour(from), hour(from + length))
      const inside = gaps.map(({ from: a, to: b }) => ({
        from: Math.max(a, hour(from)),
        to: Math.min(b, hour(from + length)),
      }))
      const cut = inside.filter(({ from: a, to: b }) => a < b) as unknown as Gap[]
      expect(hours(left) + hours(cut)).toBe(hours(gaps))
      expect(left.every((each) => each.from < each.to)).toBe(true)
    }),
    300,
  )
})

test('doubles come back bit for bit, and every NaN as the same one', () => {
  const bits = (values: Float64Array) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')
  void check(
    fc.property(fc.array(fc.double()), (numbers) => {
      const values = Float64Array.from(numbers)
      expect(bits(decodeDoubles(encodeDoubles([values], values.length)))).toBe(bits(values))
    }),
    300,
  )
  const odd = new Float64Array(new BigUint64Array([0xfff8000000000001n, 0x7ff8000000000000n]).buffer)
  expect(bits(decodeDoubles(encodeDoubles([odd], 2)))).toBe('000000000000f87f'.repeat(2))
})

test('a checksum tells every two rows apart that differ in one value or one byte', () => {
  const value: fc.Arbitrary<RowValue> = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.uint8Array({ minLength: 1, maxLength: 20 }),
  )
  void check(
    fc.property(fc.array(value, { minLength: 1 }), fc.nat(), value, (row, at, other) => {
      const changed = row.with(at % row.length, other)
      const equal = JSON.stringify(changed) === JSON.stringify(row)
      expect(rowSum(changed) === rowSum(row)).toBe(equal)
    }),
    500,
  )
  // What concatenation would confuse.
  expect(rowSum(['a', 'bc'])).not.toBe(rowSum(['ab', 'c']))
  expect(rowSum(['1'])).not.toBe(rowSum([1]))
  expect(rowSum(['null'])).not.toBe(rowSum([null]))
  expect(rowSum([Buffer.from('ab'), Buffer.from('c')])).not.toBe(
    rowSum([Buffer.from('a'), Buffer.from('bc')]),
  )
})
