import { parse } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import type { Quote } from '#core/asset.ts'
import { judge } from '#ingestion/coingecko/errors.ts'
import { coinsOf, tokensOf } from '#ingestion/coingecko/map.ts'
import { pointsOf } from '#ingestion/points.ts'
import { Chart, KeyInfo, Ping } from '#ingestion/coingecko/schema.ts'
import { fixture, haveFixtures } from '#tests/support/provider-fixtures.ts'

const usd = 'usd' as Quote
const everything = { from: 0, to: Infinity, latest: Infinity }
const recorded = (name: string) => fixture(`coingecko/${name}`)
const documented = (name: string) => fixture(`coingecko_docs_examples/${name}`)

describe.skipIf(!haveFixtures())('recorded answers', () => {
  test.each([
    ['hourly_historical_prices_for_one_coin__1_http200.json', 722],
    ['daily_historical_prices_for_one_coin__1_http200.json', 91],
    ['minutely_historical_prices_for_one_coin__1_http200.json', 288],
    ['minutely_historical_prices_for_one_coin__2_http200.json', 289],
  ])('%s: every point is a sample', (name, count) => {
    const { prices } = Chart.parse(JSON.parse(recorded(name)))
    const points = pointsOf(prices, everything)
    expect(points?.invalid).toEqual([])
    expect(points?.samples.times.length).toBe(count)
    expect(
      points?.samples.times.every((time, index, all) => index === 0 || time > (all[index - 1] as number)),
    ).toBe(true)
  })

  test.each([
    ['market_data_for_a_coin__1_http200.json', 1],
    ['market_data_for_a_coin_in_myr__1_http200.json', 1],
    ['market_data_for_multiple_coins_in_eth__1_http200.json', 2],
  ])('%s: coins with the digits that were sent', (name, count) => {
    const { coins, faults } = coinsOf(parse(recorded(name)) as unknown[], usd)
    expect([coins.length, faults]).toEqual([count, []])
    const sent = JSON.parse(recorded(name)) as { current_price: number }[]
    expect(coins.map(({ price }) => Number(price))).toEqual(sent.map((row) => row.current_price))
  })

  test('the documented coin', () => {
    const { coins } = coinsOf(parse(documented('coins_markets.json')) as unknown[], usd)
    expect(coins).toEqual([
      {
        asset: 'bitcoin',
        symbol: 'BTC',
        name: 'Bitcoin',
        rank: 1,
        price: '77671',
        marketCap: '1555886872303',
        volume: '33235034316',
        quote: 'usd',
        updated: Date.parse('2026-05-18T12:49:21.599Z'),
      },
    ])
  })

  test.each([
    'the_list_of_supported_coins__1_http200.json.gz',
    'the_list_of_supported_coins__2_http200.json.gz',
    'the_list_supported_coins__1_http200.json.gz',
  ])('%s: thousands of coins, platforms left out', (name) => {
    const list = JSON.parse(recorded(name)) as unknown[]
    const platforms = JSON.parse(recorded('the_list_of_asset_platforms__1_http200.json')) as unknown[]
    const { tokens, faults } = tokensOf(list, platforms)
    expect(list.length).toBeGreaterThan(6_000)
    // What it names a few of: ids that are none here, such as a currency's code.
    expect(faults.length).toBeLessThanOrEqual(1)
    expect(tokens.every((token) => token.contract === 'native')).toBe(true)
  })

  test('documented platforms and contracts', () => {
    const list = JSON.parse(documented('coins_list.json')) as unknown[]
    const platforms = JSON.parse(documented('asset_platforms.json')) as unknown[]
    const { tokens, faults } = tokensOf(list, platforms)
    expect(faults).toEqual([])
    expect(tokens.map(({ chain, contract, asset }) => [chain, contract, asset])).toEqual([
      ['solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', 'native', 'solana'],
      ['eip155:747', 'native', 'flow'],
      [
        'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
        '6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN',
        'official-trump',
      ],
      ['eip155:1', '0xfaba6f8e4a5e8ab82f62fe7c39859fa577269be3', 'ondo-finance'],
    ])
  })

  test.each(['coins_id_market_chart.json', 'coins_id_market_chart_range.json'])('documented %s', (name) => {
    const { prices } = Chart.parse(JSON.parse(documented(name)))
    expect(pointsOf(prices, everything)).toMatchObject({ invalid: [] })
  })

  test('ping and key', () => {
    expect(Ping.safeParse(JSON.parse(documented('ping.json'))).success).toBe(true)
    expect(KeyInfo.parse(JSON.parse(documented('key.json'))).current_remaining_monthly_calls).toBe(999_968)
  })

  test.each([
    ['error_429_rate_limit.json', 429, 429, "You've exceeded the Rate Limit."],
    ['market_data_for_a_coin__2_http422.json', 422, null, 'Missing parameter vs_currency'],
    ['ohlc_data_for_one_coin_in_the_last_7_days__2_http500.json', 500, null, 'Internal Server Error'],
  ])('%s says why', (name, status, code, text) => {
    const verdict = judge(status, recorded(name))
    expect(verdict).toMatchObject({ code, kind: null })
    expect(verdict.text).toContain(text)
  })
})

describe('errors', () => {
  const inner = (code: number, text: string) => ({ timestamp: 't', error_code: code, error_message: text })
  test.each([
    ['1', 404, { error: 'coin not found' }, null, null, 'coin not found'],
    ['2', 401, { status: inner(10002, 'API Key Missing') }, 'credential', 10002, 'API Key Missing'],
    [
      '3',
      400,
      { timestamp: 't', error_code: 10010, status: { error_message: 'pro' } },
      'config',
      10010,
      'pro',
    ],
    ['3', 400, { timestamp: 't', error_code: 10012, status: { error_message: 'many' } }, null, 10012, 'many'],
    ['4', 401, { error: { status: inner(10012, 'past 365 days') } }, 'plan-reach', 10012, 'past 365 days'],
    ['2', 401, { status: inner(10005, 'not on this plan') }, 'forbidden', 10005, 'not on this plan'],
  ])('shape %s under %i', (_shape, status, body, kind, code, text) => {
    expect(judge(status, JSON.stringify(body))).toEqual({ kind, code, text })
  })

  test('plain text, HTML, nothing', () => {
    expect(judge(429, 'Throttled\n')).toEqual({ kind: null, code: null, text: 'Throttled' })
    expect(judge(403, '<!DOCTYPE html><html>1020</html>').text).toBe('an HTML page')
    expect(judge(502, '').text).toBeNull()
    expect(judge(500, '[1,2]').text).toBe('[1,2]')
  })
})
