import { describe, expect, test } from 'vitest'
import { FORMATS } from '#ingestion/imports/formats/list.ts'
import { grouped, knownAs, readText, told } from './support.ts'

/** Files as each program exports them, invented; what each row must become is written beside it. */
const KOINLY = `Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label,Description,TxHash
2024-01-01 10:00 UTC,1000,EUR,0.025,BTC,1.5,EUR,1100,USD,,bought,
2024-01-02 10:00:30 UTC,,,0.5,ETH,,,1200,USD,,from a friend,0xAB
2024-01-03 10:00 UTC,0.1,ETH,,,0.001,ETH,240,USD,gift,,
2024-01-04 10:00 UTC,,,2,DOT,,,14,USD,reward,,
2024-01-05 10:00 UTC,1,ETH,1,WETH,,,,,swap,,0xCD
2024-01-06 10:00 UTC,,,,,0.002,ETH,,,,,0xEF
2024-01-07 10:00 UTC,3,FOO,,,,,,,lost,,
2024-01-08 10:00 UTC,0.01,ETH,,,,,24,USD,cost,,
2024-01-09 10:00 UTC,1,DOT,,,,,7,USD,a label of mine,,
`

const COINTRACKING = `"Type","Buy","Cur.","Sell","Cur.","Fee","Cur.","Exchange","Group","Comment","Date","Tx-ID"
"Trade","0.50000000","BTC","10000.00000000","EUR","25.00000000","EUR","Kraken","","","02.01.2024 12:00:00",""
"Staking","1.00000000","DOT","","","","","Ledger","","weekly","15.07.2024 12:00:00",""
"Withdrawal","","","0.10000000","BTC","0.00010000","BTC","Kraken","","","03.01.2024 12:00:00","abc"
`

const ROTKI = `identifier,entry_type,group_identifier,sequence_index,timestamp,location,asset,amount,event_type,event_subtype,location_label,user_notes,tx_ref,counterparty,asset_symbol
1,evm event,10x1,0,1704103200000,ethereum,ETH,0.002,spend,fee,0x1111111111111111111111111111111111111111,gas,0xAA,gas,ETH
2,evm event,10x1,1,1704103200000,ethereum,eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48,100,trade,spend,0x1111111111111111111111111111111111111111,,0xAA,uniswap,USDC
3,evm event,10x1,2,1704103200000,ethereum,ETH,0.05,trade,receive,0x1111111111111111111111111111111111111111,,0xAA,uniswap,ETH
4,evm event,10x2,0,1704103300000,ethereum,ETH,0,informational,approve,0x1111111111111111111111111111111111111111,approve,0xBB,,ETH
5,eth withdrawal event,W1,0,1704103400000,ethereum,ETH,0.01,staking,reward,0x1111111111111111111111111111111111111111,,,,ETH
`

const GHOSTFOLIO = `{"meta":{"version":"2.1"},"activities":[
{"accountId":"acc1","comment":null,"fee":1.5,"quantity":0.12345678901234567890,"type":"BUY","unitPrice":40000.1,"currency":"USD","dataSource":"COINGECKO","date":"2024-01-01T10:00:00.000Z","symbol":"bitcoin","tags":[]},
{"accountId":"acc1","comment":"out","fee":0,"quantity":2,"type":"SELL","unitPrice":170,"currency":"EUR","dataSource":"YAHOO","date":"2024-01-02T00:00:00.000Z","symbol":"AAPL","tags":[]},
{"accountId":"acc1","comment":null,"fee":0,"quantity":1,"type":"DIVIDEND","unitPrice":3,"currency":"USD","dataSource":"YAHOO","date":"2024-01-03T00:00:00.000Z","symbol":"AAPL","tags":[]}]}`

const COINBASE = `
Transactions
User,Ann Example,11111111-2222

ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
a1,2024-01-01 10:00:00 UTC,Buy,BTC,0.02,USD,$50000.00,"$1,000.00","$1,014.90",$14.90,Bought 0.02 BTC for 1014.90 USD
a2,2024-01-02 10:00:00 UTC,Convert,BTC,-0.01,USD,$50000.00,$500.00,$505.00,$5.00,Converted 0.01 BTC to 0.2 ETH
a3,2024-01-03 10:00:00 UTC,Send,ETH,-0.1,USD,$2500.00,$250.00,$250.00,$0.00,Sent 0.1 ETH to 0x1
a4,2024-01-04 10:00:00 UTC,Staking Income,ETH,0.001,USD,$2500.00,$2.50,$2.50,$0.00,Received
`

const KRAKEN = `"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"
"","Q1","2024-01-01 10:00:00","deposit","","currency","ZEUR","spot / main","1000.0000","0.0000",""
"L1","Q1","2024-01-01 10:05:00","deposit","","currency","ZEUR","spot / main","1000.0000","1.5000","998.5"
"L2","T1","2024-01-02 11:00:00","trade","tradespot","currency","ZEUR","spot / main","-500.0000","0.8000","497.7"
"L3","T1","2024-01-02 11:00:00","trade","tradespot","currency","XXBT","spot / main","0.0125000000","0.0000000000","0.0125"
"L4","W1","2024-01-05 11:00:00","withdrawal","","currency","XXBT","spot / main","-0.0120000000","0.0000200000","0.00048"
"L5","S1","2024-01-06 11:00:00","staking","","currency","DOT.S","spot / main","0.5000000000","0.0000000000","0.5"
"L6","S2","2024-01-06 12:00:00","transfer","spottostaking","currency","DOT","spot / main","-0.5","0","0"
`

const BINANCE = `User_ID,UTC_Time,Account,Operation,Coin,Change,Remark
123,2024-01-01 10:00:00,Spot,Deposit,USDT,1000,
123,2024-01-02 10:00:00,Spot,Transaction Buy,BTC,0.01,
123,2024-01-02 10:00:00,Spot,Transaction Spend,USDT,-400,
123,2024-01-02 10:00:00,Spot,Transaction Fee,BNB,-0.001,
123,2024-01-02 10:00:01,Spot,Small Assets Exchange BNB,XRP,-3,
123,2024-01-02 10:00:01,Spot,Small Assets Exchange BNB,BNB,0.004,
123,2024-01-03 10:00:00,Earn,Simple Earn Flexible Interest,USDT,0.02,
123,2024-01-03 11:00:00,Spot,Simple Earn Flexible Subscription,USDT,-100,
123,24-01-04 10:00:00,Spot,Withdraw,BTC,-0.005,Withdraw fee is included
`

const BITSTAMP_OLD = `Type,Datetime,Account,Amount,Value,Rate,Fee,Sub Type
Deposit,"Jan. 01, 2021, 09:13 AM",Main Account,500.00 EUR,,,,
Market,"Jan. 02, 2021, 12:05 PM",Main Account,0.01000000 BTC,300.00 EUR,30000.00 EUR,1.50 EUR,Buy
`

const BITSTAMP = `ID,Account,Type,Subtype,Datetime,Amount,Amount currency,Value,Value currency,Rate,Rate currency,Fee,Fee currency,Order ID
1,Main Account,Market,Sell,2024-01-02T12:05:00Z,0.01000000,BTC,400.00,EUR,40000.00,EUR,2.00,EUR,9
2,Main Account,Withdrawal,,2024-01-03T12:05:00Z,398.00,EUR,,,,,,,
`

describe('exports of other programs become flows, each known by its header', () => {
  test('Koinly: trades, labels, a fee in cash as a row of its own; a deposit has no cost', async () => {
    const { flows, opened } = await readText(KOINLY)
    expect(opened.format).toBe('koinly')
    expect(flows.map(told)).toEqual([
      '2024-01-01T10:00 sell -1000 fiat:eur in koinly',
      '2024-01-01T10:00 fee -1.5 fiat:eur in koinly',
      '2024-01-01T10:00 buy 0.025 bitcoin @ 44000 usd in koinly',
      '2024-01-02T10:00:30 deposit 0.5 ethereum in koinly',
      '2024-01-03T10:00 gift -0.1 ethereum fee 0.001 ethereum in koinly',
      '2024-01-04T10:00 income 2 polkadot @ 7 usd in koinly',
      '2024-01-05T10:00 convert -1 ethereum in koinly',
      '2024-01-05T10:00 convert 1 weth in koinly',
      '2024-01-06T10:00 fee -0.002 ethereum in koinly',
      '2024-01-07T10:00 lost -3 symbol:FOO in koinly',
      '2024-01-08T10:00 fee -0.01 ethereum @ 2400 usd in koinly',
      '2024-01-09T10:00 withdraw -1 polkadot in koinly',
    ])
    expect(grouped(flows).slice(0, 2)).toEqual(['sell+fee+buy', 'deposit'])
    expect(flows[3]).toMatchObject({
      tx: '0xab',
      note: 'from a friend',
    })
    expect([...opened.report.unknown]).toEqual([['FOO', 1]])
  })

  test('CoinTracking: three columns of one name; times of the zone that is named, summer and winter', async () => {
    const { flows, opened } = await readText(COINTRACKING, { zone: 'Europe/Berlin' })
    expect(opened.format).toBe('cointracking')
    expect(flows.map(told)).toEqual([
      '2024-01-02T11:00 sell -10000 fiat:eur in Kraken',
      '2024-01-02T11:00 buy 0.5 bitcoin in Kraken',
      '2024-01-02T11:00 fee -25 fiat:eur in Kraken',
      '2024-07-15T10:00 income 1 polkadot in Ledger',
      '2024-01-03T11:00 withdraw -0.1 bitcoin fee 0.0001 bitcoin in Kraken',
    ])
    expect(flows[4]?.tx).toBe('abc')
  })

  test('rotki: the legs of one event belong together; tokens by the store, what informs is passed over', async () => {
    const usdc = 'eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'
    const { flows, opened } = await readText(ROTKI, { known: knownAs({ [usdc]: 'usd-coin' }) })
    const wallet = '0x1111111111111111111111111111111111111111'
    expect(flows.map(told)).toEqual([
      `2024-01-01T10:00 gas -0.002 ethereum in ${wallet}`,
      `2024-01-01T10:00 sell -100 usd-coin in ${wallet}`,
      `2024-01-01T10:00 buy 0.05 ethereum in ${wallet}`,
      `2024-01-01T10:03:20 income 0.01 ethereum in ${wallet}`,
    ])
    expect(grouped(flows)).toEqual(['gas+sell+buy', 'income'])
    expect([...opened.report.passed]).toEqual([['informational', { count: 1, first: [5] }]])
    expect((await readText(ROTKI)).flows[1]?.asset).toBe(usdc)
  })

  test('Ghostfolio: JSON with all its digits; a fee that is not of the base currency is part of the price', async () => {
    const { flows, opened } = await readText(GHOSTFOLIO)
    expect(opened.format).toBe('ghostfolio')
    expect(flows.map(told)).toEqual([
      '2024-01-01T10:00 buy 0.1234567890123456789 bitcoin @ 40000.1 usd fee 1.5 fiat:usd in acc1',
      '2024-01-02T00:00 sell -2 symbol:AAPL @ 170 eur in acc1',
    ])
    const dear = await readText(GHOSTFOLIO.replace('"fee":0,"quantity":2', '"fee":10,"quantity":2'))
    expect(told(dear.flows[1] as never)).toBe('2024-01-02T00:00 sell -2 symbol:AAPL @ 165 eur in acc1')
  })

  test('Coinbase: lines before the header, dollar signs and thousands; a conversion from its note', async () => {
    const { flows, opened } = await readText(COINBASE)
    expect(opened.format).toBe('coinbase')
    expect(flows.map(told)).toEqual([
      '2024-01-01T10:00 buy 0.02 bitcoin @ 50000 usd fee 14.9 fiat:usd in coinbase',
      '2024-01-02T10:00 sell -0.01 bitcoin fee 5 fiat:usd in coinbase',
      '2024-01-02T10:00 buy 0.2 ethereum @ 2500 usd in coinbase',
      '2024-01-03T10:00 withdraw -0.1 ethereum in coinbase',
      '2024-01-04T10:00 income 0.001 ethereum @ 2500 usd in coinbase',
    ])
    expect(flows[0]?.line).toBe(6)
  })

  test('Kraken: rows of one refid are one transaction, fees in cash take from the balance', async () => {
    const { flows, opened } = await readText(KRAKEN)
    expect(opened.format).toBe('kraken')
    expect(flows.map(told)).toEqual([
      '2024-01-01T10:05 deposit 1000 fiat:eur in kraken',
      '2024-01-01T10:05 fee -1.5 fiat:eur in kraken',
      '2024-01-02T11:00 sell -500 fiat:eur in kraken',
      '2024-01-02T11:00 fee -0.8 fiat:eur in kraken',
      '2024-01-02T11:00 buy 0.0125 bitcoin in kraken',
      '2024-01-05T11:00 withdraw -0.012 bitcoin fee 0.00002 bitcoin in kraken',
      '2024-01-06T11:00 income 0.5 polkadot in kraken',
    ])
    expect(grouped(flows)).toEqual(['deposit+fee', 'sell+fee+buy', 'withdraw', 'income'])
    // The balance of euro that Kraken itself gives after the trade.
    const euro = flows
      .filter(({ asset }) => asset === 'fiat:eur')
      .reduce((sum, { quantity }) => sum + Number(quantity), 0)
    expect(euro).toBeCloseTo(497.7, 9)
    expect(opened.report.passed.get('moves inside Kraken')).toEqual({ count: 1, first: [8] })
  })

  test('Binance: rows of one second and group are one exchange', async () => {
    const { flows } = await readText(BINANCE)
    expect(grouped(flows)).toEqual(['deposit', 'buy+sell+fee', 'sell+buy', 'income', 'withdraw'])
    expect(flows.map(told).slice(3, 6)).toEqual([
      '2024-01-02T10:00 fee -0.001 binancecoin in binance',
      '2024-01-02T10:00:01 sell -3 ripple in binance',
      '2024-01-02T10:00:01 buy 0.004 binancecoin in binance',
    ])
    expect(flows.at(-1)?.note).toBe('Withdraw fee is included')
  })

  test('Bitstamp: both layouts', async () => {
    const old = await readText(BITSTAMP_OLD)
    expect(old.opened.format).toBe('bitstamp-old')
    expect(old.flows.map(told)).toEqual([
      '2021-01-01T09:13 deposit 500 fiat:eur in bitstamp',
      '2021-01-02T12:05 buy 0.01 bitcoin in bitstamp',
      '2021-01-02T12:05 fee -1.5 fiat:eur in bitstamp',
      '2021-01-02T12:05 sell -300 fiat:eur in bitstamp',
    ])
    const { flows, opened } = await readText(BITSTAMP)
    expect(opened.format).toBe('bitstamp')
    expect(flows.map(told)).toEqual([
      '2024-01-02T12:05 sell -0.01 bitcoin in bitstamp',
      '2024-01-02T12:05 fee -2 fiat:eur in bitstamp',
      '2024-01-02T12:05 buy 400 fiat:eur in bitstamp',
      '2024-01-03T12:05 withdraw -398 fiat:eur in bitstamp',
    ])
  })

  test('our own flows.csv stays what it is, with a wallet for rows that name none', async () => {
    const text = 'time,asset,quantity,kind,wallet\n2024-01-01,bitcoin,1,buy,\n2024-01-02,bitcoin,1,buy,cold\n'
    const { flows, opened } = await readText(text, { wallet: 'hot' })
    expect([opened.format, flows.map(({ wallet }) => wallet)]).toEqual(['flows', ['hot', 'cold']])
  })

  const SAMPLES = {
    KOINLY,
    COINTRACKING,
    ROTKI,
    GHOSTFOLIO,
    COINBASE,
    KRAKEN,
    BINANCE,
    BITSTAMP,
    BITSTAMP_OLD,
  }

  test.each(Object.entries(SAMPLES))(
    '%s: read again, or in part, the ids are the same',
    async (_name, text) => {
      const whole = await readText(text)
      expect((await readText(text)).flows.map(({ id }) => id)).toEqual(whole.flows.map(({ id }) => id))
      expect(new Set(whole.flows.map(({ id }) => id)).size).toBe(whole.flows.length)
      if (text.startsWith('{')) return
      const shorter = await readText(text.trimEnd().split('\n').slice(0, -1).join('\n'))
      const known = new Set(whole.flows.map(({ id }) => id))
      expect(shorter.flows.every(({ id }) => known.has(id))).toBe(true)
    },
  )

  test('every format has a sample here', () => {
    expect(FORMATS).toHaveLength(Object.keys(SAMPLES).length)
  })
})
