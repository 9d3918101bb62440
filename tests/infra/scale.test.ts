import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COLLECTIONS } from '#storage/mongodb/schema.ts'
import { ROOT } from './files.ts'
import { balancesOf, limitsOfPrices, portfoliosOf, pricesOf } from './scale/arithmetic.ts'
import { FIGURES } from './scale/figures.ts'
import { withTables } from './scale/tables.ts'

const document = readFileSync(join(ROOT, 'docs/scale.md'), 'utf8')

describe('docs/scale.md', () => {
  test('its tables are what is computed: npm run -s scale -- --write', () => {
    expect(document).toBe(withTables(document))
  })

  test('a table without its place is missed', () => {
    expect(() => withTables(document.replace('<!-- /bytes -->', ''))).toThrow('bytes')
  })

  test('it says of every collection where it lies', () => {
    const rows = document.slice(document.indexOf('| collection |'), document.indexOf('Ranged, not hashed'))
    for (const name of Object.keys(COLLECTIONS)) expect(rows).toContain(`\`${name}\``)
  })
})

describe('the arithmetic', () => {
  test('balances of wallets by hand: one by one, by wallet, by many', () => {
    expect(balancesOf('a call for each balance', 1_000, 3, 10)).toEqual({
      requests: 33_000,
      perChain: 11_000,
      seconds: 110,
    })
    expect(balancesOf('a multicall for each wallet', 1_000, 3, 10).perChain).toBe(1_000)
    // 11,000 balances at 502.5 a request, and the block.
    expect(balancesOf('a multicall for many wallets', 1_000, 3, 10).perChain).toBe(1 + 22)
  })

  test('one asset over ten years, by hand', () => {
    const { points, bytes, backfill, current, machine } = pricesOf(1, 'hourly')
    expect(points).toBe(87_660)
    expect(bytes.embedded).toBeCloseTo(87_660 * 81.4, 6)
    // 3,652.5 days, of which the first call brings 89 (a day after the end is read too) and each other one 88.
    expect(backfill.calls).toBe(1 + Math.ceil((3652.5 - 88) / 88))
    expect(current).toEqual({ callsAMonth: 730.5, seconds: 0.12, everySeconds: 3600 })
    expect(machine.newHour).toBeCloseTo(0.000494, 9)
  })

  test('five-minute is twelve times the points, and a call for every 8 days', () => {
    const [hourly, fine] = [pricesOf(1, 'hourly'), pricesOf(1, 'five-minute')]
    expect(fine.points).toBe(12 * hourly.points)
    expect(fine.current.callsAMonth).toBeCloseTo(12 * hourly.current.callsAMonth, 9)
    expect(fine.backfill.calls).toBe(Math.ceil(3652.5 / 8))
  })

  test('everything but the time between rounds grows with the tokens', () => {
    const flat = (tokens: number) => {
      const { points, bytes, backfill, current, machine } = pricesOf(tokens, 'hourly')
      const { callsAMonth, seconds } = current
      return [
        points,
        ...[bytes, backfill, machine].flatMap((each) => Object.values(each)),
        callsAMonth,
        seconds,
      ]
    }
    const one = flat(1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (tokens) => {
        flat(tokens).forEach((value, index) =>
          expect(value / ((one[index] as number) * tokens)).toBeCloseTo(1, 9),
        )
      }),
      { seed: 5 },
    )
  })

  test('portfolios: snapshots, bytes and machines', () => {
    const { seconds, machines, snapshotsAYear, bytesAYear } = portfoliosOf(10_000_000)
    expect(snapshotsAYear).toBe(10_000_000 * 8766)
    expect(bytesAYear).toBe(snapshotsAYear * FIGURES.snapshotBytes.value)
    expect(machines * 900).toBeGreaterThanOrEqual(seconds)
    expect((machines - 1) * 900).toBeLessThan(seconds)
  })

  test('the most used limit comes first', () => {
    const used = limitsOfPrices(pricesOf(10_000, 'hourly')).map((limit) => limit.used)
    expect(used).toEqual([...used].sort((a, b) => b - a))
    expect(limitsOfPrices(pricesOf(10_000, 'hourly'))[0]).toMatchObject({ name: 'credits of a month' })
  })
})
