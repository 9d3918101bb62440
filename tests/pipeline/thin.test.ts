import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thinned } from '#pipeline/queries/thin.ts'

const point = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, min: -1e6, max: 1e6 }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
)
const series = fc
  .integer({ min: 1, max: 3_000 })
  .chain((length) =>
    fc.array(fc.array(point, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 3 }),
  )

test('thinned series keep both ends, the extremes of each, and a sign of every stretch that is missing', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 16, max: 500 }), (rows, most) => {
      const columns = rows.map((row) => Float64Array.from(row))
      const kept = thinned(columns, most)
      const length = rows[0]?.length ?? 0
      expect(kept.length).toBeLessThanOrEqual(Math.max(most, length <= most ? length : 0))
      expect([kept[0], kept.at(-1)]).toEqual([0, length - 1])
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
      for (const column of columns) {
        const known = [...column].filter((value) => !Number.isNaN(value))
        const shown = kept.map((index) => column[index] as number).filter((value) => !Number.isNaN(value))
        if (known.length === 0) continue
        expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...known), Math.max(...known)])
      }
      const anyMissing = columns.some((column) => column.some(Number.isNaN))
      expect(kept.some((index) => columns.some((column) => Number.isNaN(column[index])))).toBe(anyMissing)
    }),
    { numRuns: 200 },
  )
})
