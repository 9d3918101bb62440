import { Decimal } from '#core/decimal.ts'
import { compare, median, timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { LEDGER_BEGIN, lotInput, lotLedger } from '#tests/bench/lot-ledger.ts'
import { LotBook } from './book.ts'
import { compare as compareExact, exact, plus, quotient, textOf, times } from './exact.ts'
import { computeLots, prepareLots, type LotLedger } from './lots.ts'
import { DEFAULT_LOT_SETTINGS, METHODS, type LotSettings } from './settings.ts'

const ASSETS = 250
const SCOPES = ['pooled', 'wallet'] as const

/** The least that any program does with a ledger: each row's numbers read, multiplied and summed by asset. */
function bareSums(flows: ReturnType<typeof lotLedger>): Map<string, Decimal> {
  const sums = new Map<string, Decimal>()
  for (const { asset, quantity, unitPrice } of flows) {
    const value = new Decimal(quantity).times(unitPrice ?? '1')
    sums.set(asset, (sums.get(asset) ?? new Decimal(0)).plus(value))
  }
  return sums
}

const settingsOf = (method: LotSettings['method'], scope: LotSettings['scope']): LotSettings => ({
  ...DEFAULT_LOT_SETTINGS,
  method,
  scope,
})

async function medianOf(times: number, call: () => unknown): Promise<number> {
  const all: number[] = []
  for (let turn = 0; turn < times; turn++) all.push(await timed(call))
  return median(all)
}

/** Milliseconds of each method and scope, on a ledger that was read once. */
async function eachMethod(ledger: LotLedger, times: number): Promise<string[]> {
  const notes: string[] = []
  for (const scope of SCOPES) {
    const figures: string[] = []
    for (const method of METHODS) {
      const ms = await medianOf(times, () => computeLots(ledger, settingsOf(method, scope)))
      figures.push(`${method} ${ms.toFixed(0)}`)
    }
    notes.push(`${scope}: ${figures.join(', ')} ms`)
  }
  return notes
}

async function whole(flows: number, assets: number, times: number, warmups: number): Promise<Ratio> {
  const rows = lotLedger(flows, assets)
  const input = lotInput(rows)
  const reading = await medianOf(times, () => prepareLots(input))
  const notes = [
    `reading alone ${reading.toFixed(0)} ms; after it, by method:`,
    ...(await eachMethod(prepareLots(input), times)),
  ]
  return compare(
    {
      name: `${flows.toLocaleString('en')} flows, ${assets} assets: read, valued, fifo, the whole report`,
      against: "each row's numbers read as decimals, multiplied and summed by asset",
      limit: null,
      notes,
    },
    () => computeLots(prepareLots(input), DEFAULT_LOT_SETTINGS),
    () => bareSums(rows),
    { pairs: times, warmups },
  )
}

/** Time per flow at four times the flows, against n log n. */
async function growth(
  assets: number,
  method: LotSettings['method'],
  scope: LotSettings['scope'],
): Promise<Ratio> {
  const [few, many] = [100_000, 400_000]
  const settings = settingsOf(method, scope)
  const small = lotInput(lotLedger(few, assets))
  const large = lotInput(lotLedger(many, assets))
  const factor = (many * Math.log2(many)) / (few * Math.log2(few))
  const own: number[] = []
  const other: number[] = []
  for (let pair = 0; pair < 2; pair++) {
    other.push((await timed(() => computeLots(prepareLots(small), settings))) * factor)
    own.push(await timed(() => computeLots(prepareLots(large), settings)))
  }
  return {
    name: `400,000 flows over ${assets} asset${assets === 1 ? '' : 's'}, ${method}, ${scope}`,
    against: '100,000 flows, times what n log n asks',
    limit: 1.25,
    ratio: median(own.map((ms, index) => ms / (other[index] as number))),
    oursMs: median(own),
    referenceMs: median(other),
  }
}

/** One flow appended to a book of 400,000, against a full computation. */
async function append(assets: number, method: LotSettings['method'], limit: number): Promise<Ratio> {
  const rows = lotLedger(400_000, assets)
  const input = lotInput(rows)
  const settings = settingsOf(method, 'pooled')
  const full = await medianOf(1, () => computeLots(prepareLots(input), settings))
  const book = new LotBook(input, settings)
  book.update({ add: rows })
  const last = rows.at(-1) as (typeof rows)[number]
  let line = rows.length + 2
  const one = () => {
    line++
    book.update({
      add: [
        {
          ...last,
          id: `late${line}`,
          line,
          tx: null,
          kind: 'buy',
          quantity: '1',
          unitPrice: '3',
          time: last.time + 1000,
        },
      ],
    })
    return book.summary(input.at)
  }
  const march = LEDGER_BEGIN + 11.9 * 365 * 86_400_000
  const lately = await medianOf(5, () => {
    line++
    book.update({
      add: [
        {
          ...last,
          id: `late${line}`,
          line,
          tx: null,
          kind: 'buy',
          quantity: '1',
          unitPrice: '3',
          time: march,
        },
      ],
    })
  })
  const ms = await medianOf(15, one)
  return {
    name: `one flow appended to 400,000 over ${assets} asset${assets === 1 ? '' : 's'}, ${method}`,
    against: 'a full computation',
    limit,
    ratio: ms / full,
    oursMs: ms,
    referenceMs: full,
    notes: [`one that is five weeks late: ${lately.toFixed(1)} ms, 1/${(full / lately).toFixed(0)}`],
  }
}

/** The number type: what a ledger does most, on the ledger's own numbers. */
async function numbers(): Promise<Ratio[]> {
  const texts = lotLedger(20_000, ASSETS).flatMap(({ quantity, unitPrice }) => [quantity, unitPrice ?? '1'])
  const exacts = texts.map(exact)
  const decimals = texts.map((text) => new Decimal(text))
  const Short = Decimal.clone({ precision: 28, rounding: Decimal.ROUND_HALF_EVEN })
  const pairs =
    <T>(numbers: readonly T[], work: (a: T, b: T) => unknown) =>
    () => {
      for (let at = 1; at < numbers.length; at++) work(numbers[at] as T, numbers[at - 1] as T)
    }
  const against = 'decimal.js, a thousand digits (for the division 28)'
  const ratio = (name: string, ours: () => unknown, reference: () => unknown) =>
    compare({ name, against, limit: null }, ours, reference, { pairs: 9, warmups: 3 })
  return [
    await ratio('numbers read', () => texts.map(exact), () => texts.map((text) => new Decimal(text))), // prettier-ignore
    await ratio('sums', pairs(exacts, plus), pairs(decimals, (a, b) => a.plus(b))), // prettier-ignore
    await ratio('products', pairs(exacts, times), pairs(decimals, (a, b) => a.times(b))), // prettier-ignore
    await ratio('comparisons', pairs(exacts, compareExact), pairs(decimals, (a, b) => a.cmp(b))), // prettier-ignore
    await ratio('divisions to 28 digits', pairs(exacts, quotient), pairs(decimals, (a, b) => new Short(a).div(b))), // prettier-ignore
    await ratio('texts', () => exacts.map(textOf), () => decimals.map((value) => value.toFixed())), // prettier-ignore
  ]
}

export const benches: Bench[] = [
  { name: 'Lots: the number type', run: numbers },
  {
    name: 'Lots: whole ledgers',
    run: async () => [
      await whole(1900, ASSETS, 9, 4),
      await whole(14_400, ASSETS, 9, 4),
      await whole(400_000, ASSETS, 1, 1),
    ],
  },
  {
    name: 'Lots: growth',
    run: async () => [
      await growth(ASSETS, 'fifo', 'pooled'),
      await growth(ASSETS, 'hifo', 'wallet'),
      await growth(1, 'fifo', 'pooled'),
      await growth(1, 'hifo', 'pooled'),
      await growth(1, 'uk', 'pooled'),
    ],
  },
  {
    name: 'Lots: one more flow',
    run: async () => [
      await append(ASSETS, 'fifo', 1 / 100),
      await append(1, 'hifo', 1 / 20),
      await append(1, 'uk', 1 / 20),
    ],
  },
]
