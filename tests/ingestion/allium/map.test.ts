import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { chainOf, type Chain } from '#core/chain.ts'
import { balancesOf, type WalletPlace } from '#ingestion/allium/balances.ts'
import { judge } from '#ingestion/allium/errors.ts'
import { flowsOf } from '#ingestion/allium/flows.ts'
import { pageOf, PriceSeries } from '#ingestion/allium/schema.ts'
import { amountOf, timeOf, unitsOf } from '#ingestion/allium/tokens.ts'
import { fixture, haveFixtures } from '#tests/support/provider-fixtures.ts'
import { testSeed } from '#tests/support/random.ts'

fc.configureGlobal({ seed: testSeed(33) })

const ME = '0x00000000000000000000000000000000000a11ce'
const OTHER = '0x00000000000000000000000000000000000b0b00'
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const DAI = '0x6b175474e89094c44da98b954eedeac495271d0f'
const place: WalletPlace = {
  ...{ owner: 'local', address: ME, chainName: 'ethereum', chain: chainOf('ethereum') as Chain },
  resolve: (_chain, contract) => (contract === USDC ? ('usd-coin' as AssetId) : null),
}

describe('amounts', () => {
  test('base units become exact decimals', () => {
    expect(unitsOf('2500000001', 6)).toBe('2500.000001')
    expect(unitsOf('1', 77)).toBe(`0.${'0'.repeat(76)}1`)
    expect(
      unitsOf('115792089237316195423570985008687907853269984665640564039457584007913129639935', 18),
    ).toBe('115792089237316195423570985008687907853269984665640564039457.584007913129639935')
    expect(unitsOf('1e5', 6)).toBeNull()
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 80n), max: 10n ** 80n }),
        fc.nat({ max: 77 }),
        (raw, decimals) => {
          const [whole = '', part = ''] = (unitsOf(String(raw), decimals) ?? '').split('.')
          const sign = whole.startsWith('-') ? -1n : 1n
          expect(sign * BigInt(whole.replace('-', '') + part.padEnd(decimals, '0'))).toBe(raw)
        },
      ),
    )
  })

  test('base units first, text in units where there are no decimals, numbers that lost digits never', () => {
    expect(amountOf({ raw_amount: '420000000000000', amount_str: '1' }, 18)).toBe('0.00042')
    expect(amountOf({ raw_amount: '5', amount_str: '0.5' }, null)).toBe('0.5')
    expect(amountOf({ raw_amount: 2 ** 60, amount_str: '1.25' }, 18)).toBe('1.25')
    expect(amountOf({ raw_amount: 2 ** 60 }, 18)).toBeNull()
  })

  test('a time without a zone is UTC', () => {
    const noon = Date.UTC(2026, 0, 15, 12)
    for (const text of ['2026-01-15T12:00:00', '2026-01-15T12:00:00Z', '2026-01-15T13:00:00+01:00']) {
      expect(timeOf(text)).toBe(noon)
    }
    expect(timeOf('2026-01-15')).toBe(Date.UTC(2026, 0, 15))
    expect(timeOf('yesterday')).toBeNull()
  })
})

type Move = {
  token?: string | null
  raw: string
  from: string
  to: string
  log?: number | null
  type?: string
}
function transaction(hash: string, moves: readonly Move[], fee = '0') {
  return {
    ...{ hash, block_timestamp: '2026-01-01T00:00:11', from_address: ME, labels: [] },
    fee: { raw_amount: fee, amount_str: null },
    asset_transfers: moves.map(({ token = null, raw, from, to, log = null, type }) => ({
      ...{ from_address: from, to_address: to, log_index: log },
      asset: {
        type: type ?? (token ? 'evm_erc20' : 'native'),
        address: token,
        decimals: token ? 6 : 18,
        token_id: null,
      },
      amount: { raw_amount: raw },
    })),
  }
}
const legs = (rows: unknown[], isOwn = (_: string) => false) =>
  flowsOf(rows, place, isOwn).flows.map(({ kind, quantity, asset }) => `${kind} ${quantity} ${asset}`)
const sent = (raw: string, token?: string): Move => ({
  raw,
  from: ME,
  to: OTHER,
  ...(token ? { token, log: 1 } : {}),
})
const got = (raw: string, token?: string): Move => ({
  raw,
  from: OTHER,
  to: ME,
  ...(token ? { token, log: 2 } : {}),
})

describe('transactions as flows', () => {
  test('given and taken is an exchange, with the gas beside it', () => {
    expect(legs([transaction('0x1', [sent('2500000', USDC), got('10')], '42')])).toEqual([
      'sell -2.5 usd-coin',
      'buy 0.00000000000000001 ethereum',
      'gas -0.000000000000000042 ethereum',
    ])
  })

  test('change of the same coin is no exchange', () => {
    expect(legs([transaction('0x1', [sent('5000000', USDC), got('1000000', USDC)])])).toEqual([
      'withdraw -5 usd-coin',
      'deposit 1 usd-coin',
    ])
    expect(legs([transaction('0x1', [sent('5000000', USDC), got('1000000', USDC), got('7', DAI)])])).toEqual([
      'sell -5 usd-coin',
      'buy 1 usd-coin',
      `buy 0.000007 eip155:1/erc20:${DAI}`,
    ])
  })

  test('to and from own wallets, to itself, of nothing, of NFTs', () => {
    const isOwn = (address: string) => address === OTHER
    expect(legs([transaction('0x1', [sent('1000000', USDC)])], isOwn)).toEqual(['transfer -1 usd-coin'])
    expect(legs([transaction('0x1', [{ raw: '5', from: ME, to: ME }])])).toEqual([])
    expect(legs([transaction('0x1', [sent('0', USDC)])])).toEqual([])
    expect(legs([transaction('0x1', [{ ...got('1', DAI), type: 'evm_erc721' }])])).toEqual([])
  })

  test('gas is paid by who sent the transaction', () => {
    const row = { ...transaction('0x1', [got('1000000', USDC)], '42'), from_address: OTHER }
    expect(legs([row])).toEqual(['deposit 1 usd-coin'])
  })

  test('ids are told apart by chain, transaction, place and direction, and by nothing else', () => {
    const both = { raw: '5', from: ME, to: OTHER }
    const rows = [transaction('0x1', [both, both, sent('1', USDC)]), transaction('0x2', [both])]
    const ids = flowsOf(rows, place, () => false).flows.map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    const elsewhere = { ...place, chainName: 'base', chain: chainOf('base') as Chain }
    expect(flowsOf(rows, elsewhere, () => true).flows.some(({ id }) => ids.includes(id))).toBe(false)
    expect(flowsOf(rows, place, () => true).flows.map(({ id }) => id)).toEqual(ids)
  })

  test('a row that cannot be read is a fault and the others are taken', () => {
    const unreadable = transaction('0x2', [{ ...got('1', DAI), raw: 'x' }])
    const { flows, faults } = flowsOf(
      [null, transaction('0x1', [got('1', USDC)]), unreadable],
      place,
      () => false,
    )
    expect([flows.length, faults.length]).toEqual([1, 2])
  })
})

describe('balances', () => {
  const row = (token: object, raw: string, more: object = {}) => ({
    ...{
      chain: 'ethereum',
      address: ME,
      raw_balance: 1,
      raw_balance_str: raw,
      block_timestamp: '2026-01-01T00:00:11Z',
    },
    token: { object: 'token', chain: 'ethereum', type: 'evm_erc20', ...token },
    ...more,
  })
  const read = (latest: unknown[], history: unknown[] = []) =>
    balancesOf(latest, history, place, Date.UTC(2026, 5, 1))

  test('text of base units and decimals, never the number beside it', () => {
    const { balances, faults } = read([
      row({ address: USDC, decimals: 6 }, '9007199254740993'),
      row({ address: '0x0000000000000000000000000000000000000000', type: 'native' }, '1'),
      row({ address: DAI, type: 'evm_erc721', decimals: 0 }, '1'),
      row({ address: DAI, decimals: null, price: null }, '1'),
    ])
    expect(faults).toEqual([])
    expect(balances.map(({ asset, quantity }) => [asset, quantity])).toEqual([
      ['usd-coin', '9007199254.740993'],
      ['ethereum', '0.000000000000000001'],
    ])
    expect(balances[0]?.time).toBe(Date.UTC(2026, 0, 1, 0, 0, 11))
  })

  test('history has the decimals of the balance now; a row with 0 is emptied; one row a second', () => {
    const later = { block_timestamp: '2026-01-01T00:00:20Z' }
    const { balances } = read(
      [row({ address: USDC, decimals: 6 }, '5000000', { block_timestamp: '2026-01-02T00:00:00' })],
      [
        row({ address: USDC }, '0', later),
        row({ address: USDC }, '7', later),
        row({ address: USDC }, '3000000'),
      ],
    )
    expect(balances.map(({ quantity }) => quantity).sort()).toEqual(['0', '3', '5'])
  })

  test('what cannot be read or scaled, but has a price, is a fault', () => {
    const { balances, faults } = read([
      row({ address: DAI, price: 1 }, '5'),
      row({ address: USDC, decimals: 6 }, '1.5'),
      7,
    ])
    expect([balances.length, faults.length]).toEqual([0, 3])
  })
})

describe('answers and errors', () => {
  test.skipIf(!haveFixtures())('documented answers, bare or wrapped', () => {
    const history = pageOf(JSON.parse(fixture('allium/docs_wallet_balances_history.json')))
    const solana = { ...place, address: 'MJKqp...', chainName: 'solana', chain: chainOf('solana') as Chain }
    expect(balancesOf([], history?.items ?? [], solana, 0).faults).toEqual([])
    const prices = pageOf(JSON.parse(fixture('allium/docs_prices_history.json')))
    expect(PriceSeries.parse(prices?.items[0]).prices).toHaveLength(1)
    expect(pageOf(JSON.parse(fixture('allium/docs_prices_current.json')))?.items).toHaveLength(1)
  })

  test('no list is no page', () => {
    for (const value of [null, 'x', {}, { items: {} }, { items: [], cursor: 5 }])
      expect(pageOf(value)).toBeNull()
  })

  test.each([
    [{ detail: 'Invalid API key' }, 'Invalid API key'],
    [
      { detail: [{ loc: ['body', 'addresses'], msg: 'field required', type: 'x' }] },
      'body.addresses field required',
    ],
    [{ message: 'no' }, 'no'],
    [{ error: 'no' }, 'no'],
  ])('%j says %s', (body, text) => {
    expect(judge(422, JSON.stringify(body))).toEqual({ kind: null, code: null, text })
  })

  test('text, HTML and nothing', () => {
    expect([judge(502, 'Bad gateway').text, judge(502, '<html>').text, judge(502, '').text]).toEqual([
      'Bad gateway',
      'an HTML page',
      null,
    ])
  })
})
