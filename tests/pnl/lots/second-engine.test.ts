import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { computeLots, prepareLots } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import { seeded, testSeed } from '#tests/support/random.ts'
import { abs, cmp, fraction, mul, read, sub, sumOf, ZERO, type Fraction, type Maybe } from './fraction.ts'
import { naiveLots } from './naive-lots.ts'
import type { NaiveReport } from './naive-report.ts'
import { BASE, randomLedger, randomSettings, type Ledger } from './random-ledger.ts'

const seed = testSeed(6)
const COUNT = process.env['LONG'] === '1' ? 10_000 : 1000
const SMALL = fraction(1n, 10n ** 18n)

/** Within 1e-18 of the size of the numbers that it was made of. */
function near(ours: string | null | undefined, theirs: Maybe, size: Fraction, what: string): void {
  if (theirs === null || ours === null || ours === undefined)
    return expect(`${what} ${String(ours)}`).toBe(`${what} ${theirs === null ? 'null' : 'known'}`)
  const off = abs(sub(read(ours), theirs))
  if (cmp(off, mul(SMALL, size)) > 0)
    expect(`${what} ${ours}`).toBe(`${what} ${Number(theirs.n) / Number(theirs.d)}`)
}

const sizeOf = (terms: Maybe[]) => sumOf(terms.map((term) => (term === null ? ZERO : abs(term))))

export function runBoth(
  { flows, price, at }: Ledger,
  settings: LotSettings,
): { ours: LotReport; theirs: NaiveReport } {
  const markAt = (asset: AssetId, time: number) => {
    const mark = price(asset, time)
    return mark === null ? null : { price: mark, quality: 'ok' as const }
  }
  const ledger = prepareLots({ flows, base: BASE, names: new Map(), rateAt: () => null, markAt, at })
  return {
    ours: computeLots(ledger, settings),
    theirs: naiveLots({ flows, base: BASE, price, at, settings }),
  }
}

function same(ours: LotReport, theirs: NaiveReport): void {
  const key = (row: { flow: string; kind: string; asset: AssetId }) => `${row.flow} ${row.kind} ${row.asset}`
  const expected = [...theirs.disposals].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  const found = [...ours.disposals].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  expect(found.map(key)).toEqual(expected.map(key))
  const scale = new Map<AssetId, Fraction>()
  found.forEach((row, index) => {
    const parts = expected[index]?.parts ?? []
    const sum = (of: (part: (typeof parts)[number]) => Maybe): Maybe =>
      parts
        .map(of)
        .reduce<Maybe>((all, term) => (all === null || term === null ? null : sumOf([all, term])), ZERO)
    const proceeds = sum((part) => part.proceeds)
    const cost = sum((part) => part.cost)
    const size = sumOf([sizeOf([proceeds, cost]), fraction(1n, 1000n)])
    scale.set(row.asset, sumOf([scale.get(row.asset) ?? ZERO, size]))
    near(
      row.quantity,
      sum((part) => part.quantity),
      sizeOf(parts.map((part) => part.quantity)),
      `${key(row)} quantity`,
    )
    near(row.proceeds, proceeds, size, `${key(row)} proceeds`)
    near(row.cost, cost, size, `${key(row)} cost`)
    near(
      row.undocumented,
      sum((part) => (part.undocumented ? part.quantity : ZERO)),
      sizeOf(parts.map((part) => part.quantity)),
      `${key(row)} undocumented`,
    )
  })
  expect(ours.assets.map(({ asset }) => asset)).toEqual(
    [...theirs.assets.keys()].filter((asset) => asset !== BASE).sort(),
  )
  for (const row of ours.assets) {
    const naive = theirs.assets.get(row.asset)
    if (naive === undefined) continue
    const size = sumOf([
      scale.get(row.asset) ?? ZERO,
      sizeOf([naive.cost, naive.unrealised, naive.transferred, naive.income, naive.costs]),
      fraction(10n),
    ])
    for (const name of [
      'quantity',
      'cost',
      'unrealised',
      'realisedShort',
      'realisedLong',
      'unproven',
      'income',
      'costs',
      'fees',
      'transferred',
      'undocumented',
    ] as const) {
      near(row[name], naive[name], sumOf([size, sizeOf([naive[name]])]), `${row.asset} ${name}`)
    }
  }
}

describe('a second engine, naive and in fractions', () => {
  test(`says the same of ${COUNT} random ledgers of all kinds of flows, by all settings`, () => {
    for (let number = 0; number < COUNT; number++) {
      const random = seeded(seed + number)
      const ledger = randomLedger(random, { rows: 1 + Math.floor(random() * 24) })
      const settings = randomSettings(random)
      try {
        const { ours, theirs } = runBoth(ledger, settings)
        same(ours, theirs)
      } catch (error) {
        console.log(`ledger ${seed + number}`, JSON.stringify(settings))
        console.log(
          ledger.flows
            .map((f) =>
              [
                f.id,
                new Date(f.time).toISOString().slice(0, 19),
                f.kind,
                f.asset,
                f.quantity,
                f.unitPrice,
                f.wallet,
                f.tx,
                f.fee,
                f.feeAsset,
              ].join(' '),
            )
            .join('\n'),
        )
        throw error
      }
    }
  }, 3_600_000)
})
