import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { LotBook } from '#pnl/lots/book.ts'
import { computeLots, prepareLots } from '#pnl/lots/lots.ts'
import { DEFAULT_LOT_SETTINGS, METHODS } from '#pnl/lots/settings.ts'
import { Decimal } from '#core/decimal.ts'
import { below, pick, seeded, testSeed, type Random } from '#tests/support/random.ts'
import { textLedger } from './text-ledger.ts'
import { BASE, BEGIN, randomLedger, randomSettings, type Ledger } from './random-ledger.ts'

const seed = testSeed(64)
const COUNT = process.env['LONG'] === '1' ? 4000 : 300

const inputOf = ({ price }: Ledger) => ({
  base: BASE,
  names: new Map<string, string>(),
  rateAt: () => null,
  markAt: (asset: AssetId, time: number) => {
    const mark = price(asset, time)
    return mark === null ? null : { price: mark, quality: 'ok' as const }
  },
})

/** A flow as it might have been entered wrongly at first. */
function mistaken(random: Random, flow: Flow): Flow {
  const time = pick(random, [flow.time, flow.time + 40 * 86_400_000, BEGIN])
  const asset = pick(random, [flow.asset, 'aaa' as AssetId])
  return {
    ...flow,
    time,
    asset,
    quantity: `${flow.quantity.startsWith('-') ? '-' : ''}${1 + below(random, 9)}`,
  }
}

describe('a book that is kept up to date', () => {
  test(`equals a full computation, bit for bit, after late, corrected and removed flows in any order (${COUNT} ledgers)`, () => {
    for (let number = 0; number < COUNT; number++) {
      const random = seeded(seed + number)
      const drawn = randomLedger(random, { rows: 1 + below(random, 30) })
      const ledger = { ...drawn, at: drawn.at + 400 * 86_400_000 }
      const settings = {
        ...randomSettings(random),
        method: METHODS[number % METHODS.length] as (typeof METHODS)[number],
      }
      const input = inputOf(ledger)
      const book = new LotBook(input, settings)
      const now = new Map<string, Flow>()
      const check = (what: string) => {
        const full = computeLots(prepareLots({ ...input, flows: [...now.values()], at: ledger.at }), settings)
        expect(JSON.stringify(book.report(ledger.at)), `ledger ${seed + number}: ${what}`).toBe(
          JSON.stringify(full),
        )
      }
      const late = [...ledger.flows].sort(() => random() - 0.5)
      const steps = random() < 0.5 ? late : ledger.flows
      for (let at = 0; at < steps.length;) {
        const size = 1 + below(random, 4)
        const add = steps.slice(at, at + size).map((flow) => (random() < 0.1 ? mistaken(random, flow) : flow))
        const remove = random() < 0.2 ? [...now.keys()].filter(() => random() < 0.3) : []
        for (const id of remove) now.delete(id)
        for (const flow of add) now.set(flow.id, flow)
        book.update({ add, remove })
        if (random() < 0.4) check(`after ${at + size} flows`)
        at += size
      }
      book.update({ add: ledger.flows })
      for (const flow of ledger.flows) now.set(flow.id, flow)
      check('at the end')
    }
  }, 3_600_000)

  test('values flows again whose prices changed', () => {
    let mark = '10'
    const ledger = textLedger('2024-01-01 income 2 aaa\n2024-02-01 buy 1 bbb @ 3\n2024-03-01 sell 1 aaa @ 20')
    const input = { ...inputOf(ledger), markAt: () => ({ price: new Decimal(mark), quality: 'ok' as const }) }
    const book = new LotBook(input, DEFAULT_LOT_SETTINGS)
    book.update({ add: ledger.flows })
    mark = '12'
    book.reprice(['f1'])
    const full = computeLots(
      prepareLots({ ...input, flows: ledger.flows, at: ledger.at }),
      DEFAULT_LOT_SETTINGS,
    )
    expect(book.report(ledger.at)).toEqual(full)
    expect(full.disposals[0]?.cost).toBe('12')
  })

  test('goes on after a flow that was refused', () => {
    const ledger = textLedger('2024-01-01 buy 2 aaa @ 1\n2024-02-01 sell 1 aaa @ 3 fee 1 lot f9:1')
    const input = inputOf(ledger)
    const settings = { ...DEFAULT_LOT_SETTINGS, method: 'specific' as const, fees: 'expense' as const }
    const book = new LotBook(input, settings)
    expect(() => book.update({ add: ledger.flows })).toThrow('names')
    const flows = ledger.flows.map((flow) => ({ ...flow, lot: null }))
    book.update({ add: flows })
    expect(book.report(ledger.at)).toEqual(
      computeLots(prepareLots({ ...input, flows, at: ledger.at }), settings),
    )
  })
})
