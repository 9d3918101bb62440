import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { matchTransfers, type Matched, type MatchSettings, type Side } from '#pnl/flows/match.ts'
import { testSeed } from '#tests/support/random.ts'

const BTC = 'bitcoin' as AssetId
const ETH = 'ethereum' as AssetId
const MINUTE = 60_000
const SETTINGS: MatchSettings = { windowMs: 48 * 60 * MINUTE, feeShare: 0.05 }

let count = 0
const side = (wallet: string, quantity: string, minute: number, more: Partial<Side> = {}): Side => ({
  id: `${String(++count).padStart(4, '0')}`,
  asset: BTC,
  wallet,
  quantity,
  time: minute * MINUTE,
  tx: null,
  ...more,
})
const told = ({ matches }: Matched): string[] =>
  matches.map(
    ({ sent, received, lost, sure }) => `${sent.wallet}>${received.wallet} -${lost.toFixed()} ${sure}`,
  )

describe('transfers between own wallets', () => {
  test('what arrives a little later and a little less is the same', () => {
    const found = matchTransfers([side('a', '-1', 0), side('b', '0.9995', 30)], SETTINGS)
    expect(told(found)).toEqual(['a>b -0.0005 likely'])
    expect(found.unpaired).toEqual([])
  })

  test.each([
    ['the same wallet', side('a', '-1', 0), side('a', '1', 1)],
    ['another asset', side('a', '-1', 0), side('b', '1', 1, { asset: ETH })],
    ['more than left', side('a', '-1', 0), side('b', '1.0000000000000000000000001', 1)],
    ['much less than left', side('a', '-1', 0), side('b', '0.9', 1)],
    ['long before', side('a', '-1', 100), side('b', '1', 0)],
    ['after the window', side('a', '-1', 0), side('b', '1', 48 * 60 + 1)],
    ['two that leave', side('a', '-1', 0), side('b', '-1', 1)],
  ])('%s is not', (_name, one, other) => {
    const { matches, unpaired } = matchTransfers([one, other], SETTINGS)
    expect([matches, unpaired.length]).toEqual([[], 2])
  })

  test('one transaction goes before a better amount, an exact amount before a nearer time', () => {
    const found = matchTransfers(
      [side('a', '-1', 0, { tx: '0x1' }), side('b', '1', 1), side('c', '0.98', 40, { tx: '0x1' })],
      SETTINGS,
    )
    expect(told(found)).toEqual(['a>c -0.02 certain'])
    const other = matchTransfers([side('a', '-1', 0), side('b', '0.99', 1), side('c', '1', 900)], SETTINGS)
    expect(told(other)).toEqual(['a>c -0 possible'])
  })

  test('what another would do for as well is only possible', () => {
    const two = [side('a', '-1', 0), side('b', '1', 10), side('a', '-1', 5), side('b', '1', 15)]
    const { matches } = matchTransfers(two, SETTINGS)
    expect(matches.map(({ sure, rivals }) => [sure, rivals])).toEqual([
      ['possible', 2],
      ['possible', 2],
    ])
  })
})

describe('laws of pairing', () => {
  const seed = testSeed(20260401)
  const sides = fc
    .array(
      fc.record({
        wallet: fc.constantFrom('a', 'b', 'c'),
        asset: fc.constantFrom(BTC, ETH),
        units: fc.integer({ min: -1_010, max: 1_010 }).filter((units) => units !== 0),
        minute: fc.integer({ min: 0, max: 6_000 }),
        tx: fc.constantFrom(null, null, 'x', 'y'),
      }),
      { maxLength: 40 },
    )
    .map((rows) =>
      rows.map(({ wallet, asset, units, minute, tx }, at): Side => {
        // Amounts that are near each other, so that many would do.
        const quantity = String(Math.sign(units) * (1_000 + (units % 40)))
        return { id: `s${at}`, wallet, asset, quantity, time: minute * MINUTE, tx }
      }),
    )
  const RUNS = { seed, numRuns: 300 }

  test('one to one, each side once, and every pair could be', () => {
    fc.assert(
      fc.property(sides, (rows) => {
        const { matches, unpaired } = matchTransfers(rows, SETTINGS)
        const used = [...matches.flatMap(({ sent, received }) => [sent, received]), ...unpaired]
        expect(used.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
        for (const { sent, received, lost } of matches) {
          expect(sent.asset).toBe(received.asset)
          expect(sent.wallet).not.toBe(received.wallet)
          expect(Number(sent.quantity)).toBeLessThan(0)
          expect(Number(lost)).toBe(-Number(sent.quantity) - Number(received.quantity))
          expect(Number(lost)).toBeGreaterThanOrEqual(0)
          expect(Number(lost) / -Number(sent.quantity)).toBeLessThanOrEqual(SETTINGS.feeShare + 1e-9)
        }
      }),
      RUNS,
    )
  })

  test('the order of the rows does not matter', () => {
    fc.assert(
      fc.property(sides, fc.infiniteStream(fc.nat()), (rows, keys) => {
        const shuffled = rows
          .map((row) => [keys.next().value ?? 0, row] as const)
          .toSorted((a, b) => a[0] - b[0])
        const [one, other] = [rows, shuffled.map(([, row]) => row)].map((each) =>
          matchTransfers(each, SETTINGS),
        )
        expect(other?.matches.map(({ sent, received }) => [sent.id, received.id])).toEqual(
          one?.matches.map(({ sent, received }) => [sent.id, received.id]),
        )
      }),
      RUNS,
    )
  })

  test('nothing that is left over could still be paired, and no two pairs would rather be others', () => {
    fc.assert(
      fc.property(sides, (rows) => {
        const { matches, unpaired } = matchTransfers(rows, SETTINGS)
        expect(matchTransfers(unpaired, SETTINGS).matches).toEqual([])
        // Best first is stable: taken alone, each pair is what its two sides would choose of what is left with them.
        for (const { sent, received } of matches) {
          const again = matchTransfers([sent, received, ...unpaired], SETTINGS)
          expect(again.matches.some((pair) => pair.sent === sent && pair.received === received)).toBe(true)
        }
      }),
      RUNS,
    )
  })
})
