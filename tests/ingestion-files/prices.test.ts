import { describe, expect, test } from 'vitest'
import type { Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { readPrices } from '#ingestion/prices-csv/read.ts'

const PLACE = { file: '/books/prices.csv', quote: 'usd' as Quote, now: Date.UTC(2026, 10, 21) }

async function* pieces(text: string) {
  yield text
}
const read = (text: string) => readPrices(pieces(text), PLACE)

async function faults(text: string): Promise<readonly string[]> {
  const error: unknown = await read(text).catch((thrown: unknown) => thrown)
  if (!(error instanceof TidemarkError)) throw new Error('nothing was wrong')
  expect(error.code).toBe('INPUT_INVALID')
  return error.faults
}

test('prices by hand, exact, in the base currency unless they say another', async () => {
  const text =
    '\uFEFFasset,time,price,quote\r\nmy-token,2026-01-02 15:30,0.10000000000000000000001,\r\nBTC-x,1767312000,1e3,EUR\r\n'
  expect(await read(text)).toEqual([
    {
      asset: 'my-token',
      quote: 'usd',
      time: Date.UTC(2026, 0, 2, 15, 30),
      price: '0.10000000000000000000001',
    },
    { asset: 'btc-x', quote: 'eur', time: Date.UTC(2026, 0, 2), price: '1000' },
  ])
  expect(await read('time,asset,price\n2026-01-02,x,1\n')).toHaveLength(1)
})

describe('F14: faults, each with line and field', () => {
  test.each([
    ['2026-01-02,x,0', 'price', 'not above 0'],
    ['2026-01-02,x,-1', 'price', 'not above 0'],
    ['2026-01-02,x,', 'price', 'not a decimal'],
    ['2026-01-02,x,null', 'price', 'not a decimal'],
    ['2026-01-02,x,NaN', 'price', 'not a decimal'],
    ['2026-01-02,x,"1,5"', 'price', 'a point'],
    ['2027-01-02,x,1', 'time', 'future'],
    [',x,1', 'time', 'not a time'],
    ['2026-01-02,,1', 'asset', 'no asset'],
  ])('%s', async (row, field, words) => {
    const found = await faults(`time,asset,price\n${row}\n`)
    expect(found).toEqual([expect.stringMatching(`^prices.csv:2 ${field}: `)])
    expect(found[0]).toContain(words)
  })

  test.each([
    ['', 'file is empty'],
    ['time;asset;price\n', 'semicolons'],
    ['time,asset\n', '"price" is missing'],
    ['time,asset,price,value\n', '"value" is no column'],
    ['time,asset,price\n2026-01-02,x,1,5\n', 'has 4 fields'],
    ['time,asset,price,quote\n2026-01-02,x,1,doge\n', 'no currency'],
    ['time,asset,price\n"2026-01-02,x,1\n', 'never closed'],
  ])('%j', async (text, words) => {
    expect((await faults(text)).join('\n')).toContain(words)
  })
})

test('a file that is not there is told by its name', async () => {
  await expect(readPrices('/nowhere/prices.csv', PLACE)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('/nowhere/prices.csv') as string,
  })
})
