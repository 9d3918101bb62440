import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import { HOUR_MS, formatTime, type Hour } from '#core/hour.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { startSimulator, type Simulator } from '#scripts/simulator/server.ts'
import { CANARY, build, scratch, tidemark } from '#tests/scripts/support.ts'
import { flow, marksOf } from '#tests/support/ledgers.ts'
import { naivePnl } from '#tests/support/naive-pnl.ts'
import { WHY_SKIPPED, realSeries, sharedData } from '#tests/support/shared-data.ts'

const HAS_DATA = sharedData()
const FROM = Date.UTC(2021, 4, 1) as Hour
const TO = Date.UTC(2022, 4, 1) as Hour
const HOURS = (TO - FROM) / HOUR_MS
const HELD = { bitcoin: '0.73912345', ethereum: '-11.5' } as const
const CARRY = 3

type Report = {
  hours: string[]
  tokens: {
    asset: string
    quantity: (string | null)[]
    mark: (string | null)[]
    value: (string | null)[]
    pnl: (string | null)[]
    quality: string[]
  }[]
  total: { pnl: string[]; coverage: number[] }
  gaps: { asset: string; from: string; to: string }[]
}

/** The mark of every hour as exact text: the open of its hour, else the last one for three hours, else none. */
function exactMarks(id: string): (Decimal | null)[] {
  const { times, opens } = realSeries('binance_spot_2021-04_2023-12', id)
  const byTime = new Map(times.map((time, index) => [time, opens[index] as string]))
  return Array.from({ length: HOURS + 1 }, (_, hour) => {
    for (let age = 0; age <= CARRY; age++) {
      const text = byTime.get(FROM + (hour - age) * HOUR_MS)
      if (text !== undefined) return new Decimal(text)
    }
    return null
  })
}

if (!HAS_DATA) console.warn(`skipped: the real year ${WHY_SKIPPED}`)

describe.skipIf(!HAS_DATA)('one real year of bitcoin and ethereum, from the provider to the table', () => {
  let simulator: Simulator
  const place = scratch()
  const run = (...args: string[]) =>
    tidemark(args, {
      cwd: place.dir,
      env: {
        COINGECKO_PLAN: 'pro',
        COINGECKO_API_KEY: CANARY,
        COINGECKO_BASE_URL: simulator.coingeckoUrl,
        COINGECKO_RATE: '10000',
        TIDEMARK_PORTFOLIO: join(place.dir, 'portfolio.yaml'),
      },
    })
  const holdings = Object.entries(HELD).map(
    ([asset, quantity]) => `  - { asset: ${asset}, quantity: "${quantity}" }`,
  )
  const yaml = (flows: string) => `name: main\nbaseCurrency: usd\nholdings:\n${holdings.join('\n')}\n${flows}`

  beforeAll(async () => {
    build()
    const series = Object.keys(HELD).map((id) => {
      const { times, opens } = realSeries('binance_spot_2021-04_2023-12', id)
      return { id, times, prices: opens.map(Number) }
    })
    simulator = await startSimulator({
      market: replayMarket(series),
      coingecko: { plan: 'pro', apiKey: CANARY },
    })
    writeFileSync(join(place.dir, 'portfolio.yaml'), yaml(''))
    const range = ['--from', formatTime(FROM), '--to', formatTime(TO)]
    const ingest = await run('ingest', ...range)
    expect(ingest.code, ingest.stderr).toBe(3)
  }, 120_000)
  afterAll(async () => {
    await simulator.close()
    place.remove()
  })

  async function report(): Promise<Report> {
    const { code, stdout, stderr } = await run(
      'pnl',
      '--json',
      '--from',
      formatTime(FROM),
      '--to',
      formatTime(TO),
    )
    // The outage of 2021-08-13 is an hour longer than prices are carried: something held is missing, so 3.
    expect(code, stderr).toBe(3)
    return JSON.parse(stdout) as Report
  }

  test('mode snapshot: PnL in every hour is that of an exact decimal computation, to the cent', async () => {
    const { hours, tokens, total } = await report()
    expect(hours).toHaveLength(HOURS + 1)
    let compared = 0
    const sums = Array.from({ length: HOURS + 1 }, () => new Decimal(0))
    for (const [id, quantity] of Object.entries(HELD)) {
      const token = tokens.find(({ asset }) => asset === id)
      const marks = exactMarks(id)
      const start = marks[0] as Decimal
      let last = new Decimal(0)
      marks.forEach((mark, hour) => {
        expect(token?.quantity[hour]).toBe(quantity)
        expect(token?.mark[hour] ?? null).toBe(mark === null ? null : mark.toFixed())
        if (mark === null) expect([token?.pnl[hour], token?.quality[hour]]).toEqual([null, 'missing'])
        else {
          last = mark.minus(start).times(quantity)
          expect(
            last
              .minus(token?.pnl[hour] ?? NaN)
              .abs()
              .lessThan('0.005'),
            `${id} ${String(hours[hour])}`,
          ).toBe(true)
          compared++
        }
        sums[hour] = (sums[hour] as Decimal).plus(last)
      })
    }
    sums.forEach((sum, hour) =>
      expect(
        sum
          .minus(total.pnl[hour] ?? NaN)
          .abs()
          .lessThan('0.005'),
      ).toBe(true),
    )
    expect(compared).toBe(2 * (HOURS + 1) - 2)
  })

  test('mode flows: the same with purchases, fees, income and a swap, against the definition read slowly', async () => {
    const at = (hours: number) => FROM + hours * HOUR_MS + 1_234_000
    const btc = 'bitcoin' as AssetId
    const eth = 'ethereum' as AssetId
    const flows = [
      flow({
        id: 'a',
        time: at(100),
        asset: btc,
        quantity: '0.25',
        kind: 'buy',
        unitPrice: '51234.5',
        fee: '12.8',
      }),
      flow({ id: 'b', time: at(2500), asset: eth, quantity: '20', kind: 'deposit' }),
      flow({ id: 'c', time: at(2501), asset: eth, quantity: '-7', kind: 'sell', tx: 'swap' }),
      flow({
        id: 'd',
        time: at(2501),
        asset: btc,
        quantity: '0.44',
        kind: 'buy',
        tx: 'swap',
        fee: '0.0011',
        feeAsset: btc,
      }),
      flow({ id: 'e', time: at(6000), asset: eth, quantity: '0.031', kind: 'income' }),
      flow({ id: 'f', time: at(8000), asset: btc, quantity: '-0.1', kind: 'withdraw' }),
    ]
    const rows = flows.map((f) =>
      [
        formatTime(f.time),
        f.asset,
        f.quantity,
        f.kind,
        f.unitPrice ?? '',
        f.fee ?? '',
        f.feeAsset ?? '',
        '',
        f.tx ?? '',
        '',
      ].join(','),
    )
    const header = 'time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note'
    writeFileSync(join(place.dir, 'flows.csv'), [header, ...rows].join('\n'))
    writeFileSync(join(place.dir, 'portfolio.yaml'), yaml('flows: flows.csv\n'))
    const range = ['--from', formatTime(FROM), '--to', formatTime(TO)]
    expect((await run('ingest', ...range)).code).toBe(3)
    const { tokens } = await report()
    const prices = new Map(
      Object.keys(HELD).map((id) => [
        id as AssetId,
        marksOf(
          FROM,
          exactMarks(id).map((mark) => mark?.toNumber() ?? NaN),
        ),
      ]),
    )
    const expected = naivePnl({
      from: FROM,
      hours: HOURS,
      prices,
      holdings: new Map(Object.entries(HELD) as [AssetId, string][]),
      flows,
    })
    for (const token of tokens) {
      const naive = expected.get(token.asset as AssetId)
      token.pnl.forEach((value, hour) => {
        const exact = naive?.pnl[hour] ?? null
        if (exact === null) expect(value).toBeNull()
        else expect(Math.abs(Number(value) - exact), `${token.asset} ${hour}`).toBeLessThan(0.005)
        expect(token.quantity[hour]).toBe(naive?.quantity[hour])
      })
    }
    expect(tokens.map(({ asset }) => asset)).toEqual(['bitcoin', 'ethereum'])
  }, 120_000)

  test('ranges that share a mark add up, as printed', async () => {
    const middle = formatTime(FROM + 3333 * HOUR_MS)
    const part = async (from: string, to: string) => {
      const { stdout } = await run('pnl', '--json', '--from', from, '--to', to)
      return new Decimal((JSON.parse(stdout) as Report).total.pnl.at(-1) ?? NaN)
    }
    const [whole, one, two] = [
      await part(formatTime(FROM), formatTime(TO)),
      await part(formatTime(FROM), middle),
      await part(middle, formatTime(TO)),
    ]
    expect(one.plus(two).minus(whole).abs().lessThan('0.000001')).toBe(true)
  })
})
