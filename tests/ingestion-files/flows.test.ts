import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal, formatDecimal, parseDecimal } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { FLOW_EXPORT } from '#delivery/export/columns.ts'
import { csvChunks } from '#delivery/export/rows.ts'
import { readDecimalText } from '#ingestion/csv/decimal-text.ts'
import { readFlows, type FlowsPlace } from '#ingestion/flows-csv/read.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(8) })

const NOW = Date.UTC(2026, 10, 21)
const PLACE: FlowsPlace = {
  owner: 'ann',
  book: 'portfolio:main',
  source: 'flows.csv',
  file: '/books/flows.csv',
  now: NOW,
}
const HASH = `0x${'Ab'.repeat(32)}`
const WALLET = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'

async function* pieces(...texts: (string | Buffer)[]): AsyncGenerator<string | Buffer> {
  for (const text of texts) yield text
}

async function read(text: string, place: Partial<FlowsPlace> = {}): Promise<Flow[]> {
  const flows: Flow[] = []
  for await (const piece of readFlows(pieces(text), { ...PLACE, ...place })) flows.push(...piece)
  return flows
}

async function failure(text: string): Promise<TidemarkError> {
  try {
    await read(text)
  } catch (error) {
    if (error instanceof TidemarkError) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

const faults = async (text: string) => (await failure(text)).faults
const one = async (fields: string) => (await read(`time,asset,quantity,kind\n${fields}\n`))[0]

test('every column of a row, in its one form', async () => {
  const header =
    'time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note,from,to,chain,log_index,price_currency,lot'
  const row = `2026-01-02 03:04:05.678,Bitcoin,+1.50,buy,41000.0,1e-3,BTC-fee,${WALLET},${HASH},"a, ""b""",Kraken,${WALLET},Ethereum,7,EUR,t1:0.5`
  const [flow] = await read(`${header}\n${row}\n`)
  expect(flow).toEqual({
    id: expect.stringMatching(/^[-\w]{22}$/) as string,
    owner: 'ann',
    book: 'portfolio:main',
    source: 'flows.csv',
    file: '/books/flows.csv',
    line: 2,
    time: Date.UTC(2026, 0, 2, 3, 4, 5),
    asset: 'bitcoin',
    quantity: '1.5',
    kind: 'buy',
    unitPrice: '41000',
    priceCurrency: 'eur',
    fee: '0.001',
    feeAsset: 'btc-fee',
    wallet: WALLET.toLowerCase(),
    chain: 'ethereum',
    tx: HASH.toLowerCase(),
    logIndex: 7,
    from: 'Kraken',
    to: WALLET.toLowerCase(),
    lot: 't1:0.5',
    note: 'a, "b"',
    ordinal: 0,
  })
})

test('columns in any order; what is left out is empty, a row without wallet is in "manual"', async () => {
  const [flow] = await read('kind,quantity,time,asset\nsell,-2,2026-01-02,usd\n')
  expect(flow).toMatchObject({
    asset: 'fiat:usd',
    quantity: '-2',
    kind: 'sell',
    unitPrice: null,
    fee: null,
    feeAsset: null,
    wallet: 'manual',
    tx: null,
    note: '',
  })
})

describe('the same table, however it was saved', () => {
  const plain = 'time,asset,quantity,kind,note\n2026-01-02,bitcoin,1,buy,é\n2026-01-03,bitcoin,-1,sell,\n'
  test.each([
    ['a byte order mark', `\uFEFF${plain}`],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['CR', plain.replaceAll('\n', '\r')],
    ['mixed line ends', plain.replace('\n', '\r\n')],
    ['no line end at the end', plain.trimEnd()],
    ['quotes everywhere', plain.replace(/[^,\n]+/g, '"$&"')],
    ['blanks around fields', plain.replaceAll(',', ' , ')],
    ['capital letters in the header', plain.replace('time,asset', 'Time,ASSET')],
    ['empty lines and rows', `${plain}\n\n,,,,\n`],
  ])('%s', async (_, text) => {
    const strip = (flows: Flow[]) => flows.map(({ line: _line, ...flow }) => flow)
    expect(strip(await read(text))).toEqual(strip(await read(plain)))
  })

  test('cut into pieces anywhere, also inside a letter or a line end', async () => {
    const bytes = Buffer.from(plain.replaceAll('\n', '\r\n'))
    const whole = await read(plain)
    for (let at = 1; at < bytes.length; at++) {
      const flows: Flow[] = []
      for await (const piece of readFlows(pieces(bytes.subarray(0, at), bytes.subarray(at)), PLACE))
        flows.push(...piece)
      expect(flows).toEqual(whole)
    }
  })

  test('a path, which is read as a stream', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-flows-'))
    try {
      const path = join(folder, 'flows.csv')
      writeFileSync(path, plain)
      const flows: Flow[] = []
      for await (const piece of readFlows(path, PLACE)) flows.push(...piece)
      expect(flows).toEqual(await read(plain))
      await expect(readFlows(join(folder, 'none.csv'), PLACE).next()).rejects.toMatchObject({
        code: 'FLOWS_INVALID',
        message: expect.stringContaining('none.csv') as string,
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('lines are those of an editor, also behind notes that run over several', async () => {
  const text =
    'time,asset,quantity,kind,note\r\n2026-01-02,bitcoin,1,buy,"a\r\nb\r\nc"\r\n\r\n2026-01-02,bitcoin,2,buy,"x\ny"\r\n2026-01-02,bitcoin,3,buy,\r\n'
  expect((await read(text)).map(({ line }) => line)).toEqual([2, 6, 8])
})

describe('F41: faults, each with file, line and field, before anything is applied', () => {
  test('all of them at once', async () => {
    const text = `time,asset,quantity,kind,unit_price,fee,fee_asset
2026-01-02,bitcoin,-1,buy,,,
31.12.2025,bit coin,"1,5",sel,-3,-1,usd
2026-01-02,bitcoin,1,5,buy,3,,
,,1,buy,,,bitcoin
`
    const error = await failure(text)
    expect(error).toMatchObject({ code: 'FLOWS_INVALID', exitCode: 5 })
    expect(error.message).toContain('11 faults')
    const places = error.faults.map((fault) => fault.replace(/: .*$/s, ''))
    expect(places.sort()).toEqual(
      [
        'flows.csv:2 quantity',
        'flows.csv:3 asset',
        'flows.csv:3 fee',
        'flows.csv:3 kind',
        'flows.csv:3 quantity',
        'flows.csv:3 time',
        'flows.csv:3 unit_price',
        'flows.csv:4',
        'flows.csv:5 asset',
        'flows.csv:5 fee_asset',
        'flows.csv:5 time',
      ].sort(),
    )
  })

  test('a good piece in front is given, the last piece never', async () => {
    const rows = Array.from({ length: 12_000 }, (_, at) => `2026-01-02,bitcoin,${at + 1},buy\n`).join('')
    const sizes: number[] = []
    const reading = async (tail: string) => {
      sizes.length = 0
      for await (const piece of readFlows(pieces(`time,asset,quantity,kind\n${rows}${tail}`), PLACE)) {
        sizes.push(piece.length)
      }
    }
    await reading('')
    expect(sizes).toEqual([5_000, 5_000, 2_000])
    await expect(reading('2026-01-02,bitcoin,-1,buy\n')).rejects.toThrow('flows.csv has a fault')
    expect(sizes).toEqual([5_000, 5_000])
  })

  test('a hundred are told, the others counted', async () => {
    const error = await failure(`time,asset,quantity,kind\n${'x,bitcoin,1,buy\n'.repeat(250)}`)
    expect(error.message).toContain('250 faults')
    expect(error.faults).toHaveLength(101)
    expect(error.faults.at(-1)).toBe('and 150 more')
  })

  test.each([
    ['', 'file is empty'],
    ['\n\n', 'file is empty'],
    ['time;asset;quantity;kind\n2026-01-02;bitcoin;1,5;buy\n', 'semicolons'],
    ['time\tasset\tquantity\tkind\n', 'tabs'],
    ['2026-01-02,bitcoin,1,buy\n', 'has to name the columns'],
    ['time,asset,quantity\n', '"kind" is missing'],
    ['time,asset,quantity,kind,price\n', '"price" is no column'],
    ['time,asset,quantity,kind,__proto__\n', '"__proto__" is no column'],
    ['time,asset,quantity,kind,time\n', 'twice'],
    ['time,asset,quantity,kind,\n', 'column 5 has no name'],
    ['time,asset,quantity,kind\n2026-01-02,bitcoin,1\n', 'has 3 fields, the header 4'],
    ['time,asset,quantity,kind\n2026-01-02,bitcoin,1,5,buy\n', 'a comma inside a number'],
    ['time,asset,quantity,kind\n"2026-01-02,bitcoin,1,buy\n', 'never closed'],
    ['time,asset,quantity,kind\n"2026-01-02"x,bitcoin,1,buy\n', 'closing quote'],
    ['time,asset,quantity,kind\n2026-01-02,bit"coin,1,buy\n', 'twice'],
  ])('%j', async (text, words) => {
    expect((await faults(text)).join('\n')).toContain(words)
  })

  test.each([
    ['2026-01-02,bitcoin,0,buy', 'quantity', 'quantity is 0'],
    ['2026-01-02,bitcoin,1,sell', 'quantity', 'only takes away'],
    ['2026-01-02,bitcoin,-0.5,deposit', 'quantity', 'only adds'],
    ['2026-01-02,bitcoin,"1,000.5",buy', 'quantity', 'separates its thousands'],
    ['2026-01-02,bitcoin,"0,5",buy', 'quantity', 'a point, not a comma'],
    ['2026-01-02,bitcoin,0x10,buy', 'quantity', 'write it like'],
    ['2026-01-02,bitcoin,NaN,buy', 'quantity', 'write it like'],
    ['2026-01-02,bitcoin,Infinity,buy', 'quantity', 'write it like'],
    [`2026-01-02,bitcoin,0.${'0'.repeat(77)}1,buy`, 'quantity', '77 decimals'],
    ['2026-01-02,bitcoin,1e400,buy', 'quantity', '77 decimals'],
    ['2026-01-02,bitcoin,1,BUYS', 'kind', 'use buy, sell'],
    ['2026-01-02,"bit,coin",1,buy', 'asset', 'CoinGecko id'],
    ['2027-01-02,bitcoin,1,buy', 'time', 'future'],
    ['2008-01-02,bitcoin,1,buy', 'time', 'before 2009'],
    ['01/02/2026,bitcoin,1,buy', 'time', '2026-11-01'],
  ])('F14: %s', async (row, field, words) => {
    const found = await faults(`time,asset,quantity,kind\n${row}\n`)
    expect(found).toEqual([expect.stringMatching(`^flows.csv:2 ${field}: `)])
    expect(found[0]).toContain(words)
  })

  test.each([
    ['wallet', WALLET.replace('5aA', '5AA'), 'checksum'],
    ['wallet', 'in-transit', 'use another'],
    ['wallet', '"a\nb"', 'line break'],
    ['tx', 'a\u0000b', 'control character'],
    ['log_index', '-1', 'whole number'],
    ['log_index', '1.5', 'whole number'],
    ['price_currency', 'doge', 'ISO code'],
    ['chain', 'a b', 'ethereum'],
    ['chain', '-a', 'ethereum'],
    ['fee', '-1', 'positive'],
    ['unit_price', '-1', 'negative'],
    ['fee_asset', 'bitcoin', 'without a fee'],
    ['note', 'x'.repeat(70_000), '70000 characters'],
    ['lot', 'x'.repeat(1_001), '1001 characters'],
  ])('%s: %j', async (field, value, words) => {
    const found = await faults(`time,asset,quantity,kind,${field}\n2026-01-02,bitcoin,1,buy,${value}\n`)
    expect(found).toEqual([expect.stringMatching(`^flows.csv:2 ${field}: `)])
    expect(found[0]).toContain(words)
  })

  test('A27: fifty thousand characters in any field are a short fault; an endless row is refused', async () => {
    const fields = FLOW_EXPORT.map(({ name }) => name).filter((name) => name !== 'note')
    for (const unit of ['a', '1', '-', '0x', '.', ' x', '1e', '=', 'é']) {
      const value = unit.repeat(50_000 / unit.length)
      const found = await faults(`${fields.join()}\n${fields.map(() => value).join()}\n`)
      expect(found.length).toBeGreaterThanOrEqual(fields.length - 1)
      for (const fault of found) expect(fault.length).toBeLessThan(400)
    }
    const endless = `time,asset,quantity,kind\n"${'x'.repeat(2_000_000)}`
    expect(await faults(endless)).toEqual([expect.stringContaining('larger than 1 MB')])
  })
})

describe('which row is the same as another', () => {
  const header = 'time,asset,quantity,kind,unit_price,fee,wallet,note'
  const ids = async (...rows: string[]) => (await read(`${header}\n${rows.join('\n')}\n`)).map(({ id }) => id)

  test('numbers and times that say the same, and another note', async () => {
    const [first] = await ids('2026-01-02,bitcoin,1.5,buy,10,,,a')
    expect(await ids('2026-01-02T00:00:00.9Z,BITCOIN,15e-1,Buy,10.00,0,manual,b')).toEqual([first])
  })

  test('every other field makes another row, and so do owner, book and source', async () => {
    const rows = [
      '2026-01-02,bitcoin,1.5,buy,10,,,',
      '2026-01-02 00:00:01,bitcoin,1.5,buy,10,,,',
      '2026-01-02,ethereum,1.5,buy,10,,,',
      '2026-01-02,bitcoin,1.51,buy,10,,,',
      '2026-01-02,bitcoin,1.5,deposit,10,,,',
      '2026-01-02,bitcoin,1.5,buy,,,,',
      '2026-01-02,bitcoin,1.5,buy,10,1,,',
      '2026-01-02,bitcoin,1.5,buy,10,,cold,',
    ]
    // Each in a file of its own, or equal ones would be told apart by their ordinal.
    const all: string[] = []
    for (const row of rows) all.push(...(await ids(row)))
    for (const change of [{ owner: 'bob' }, { book: 'portfolio:x' }, { source: 'other' }]) {
      all.push(...(await read(`${header}\n${rows[0]}\n`, change)).map(({ id }) => id))
    }
    expect(new Set(all).size).toBe(rows.length + 3)
    const elsewhere = await read(`${header}\n${rows[0]}\n`, { file: '/moved/f.csv' })
    expect(elsewhere[0]?.id).toBe(all[0])
  })

  test('equal rows are numbered in their order, whatever stands between them', async () => {
    const row = '2026-01-02,bitcoin,1,buy,,,,'
    const flows = await read(`${header}\n${row}\n2026-01-02,bitcoin,2,buy,,,,\n${row}x\n${row}\n`)
    expect(flows.map(({ ordinal }) => ordinal)).toEqual([0, 0, 1, 2])
    expect(new Set(flows.map(({ id }) => id)).size).toBe(4)
    expect((await ids(row, row))[1]).toBe(flows[2]?.id)
  })
})

const decimalText = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 77 }))
  .map(([units, places]) => formatDecimal(new Decimal(`${units}e-${places}`)))

test('a decimal is read exactly: the short way and the exact way agree', () => {
  const spelled = fc
    .tuple(
      fc.constantFrom('', '+', '-'),
      fc.stringMatching(/^\d{0,12}$/),
      fc.stringMatching(/^(\.\d{0,12})?$/),
    )
    .map(([sign, whole, rest]) => `${sign}${whole}${rest}`)
  fc.assert(
    fc.property(fc.oneof(decimalText, spelled), (text) => {
      const exact = parseDecimal(text)
      expect(readDecimalText(text).value).toBe(exact === null ? null : formatDecimal(exact))
    }),
    { numRuns: 500 },
  )
})

const label = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => text.trim() === text && !/[\u0000-\u001f\u007f]/.test(text))
const flowRow = fc.record({
  time: fc.integer({ min: 1_230_768_000, max: NOW / 1000 }).map((s) => s * 1000),
  asset: fc.constantFrom('bitcoin', 'fiat:eur', 'eip155:1/erc20:0xabc'),
  quantity: decimalText.filter((text) => text !== '0'),
  unitPrice: fc.option(decimalText.map((text) => text.replace('-', ''))),
  fee: fc.option(decimalText.map((text) => text.replace('-', '')).filter((text) => text !== '0')),
  wallet: label.filter((text) => text !== '' && text !== 'in-transit' && !text.startsWith('0x')),
  tx: fc.option(label.filter((text) => text !== '' && !text.startsWith('0x'))),
  note: fc
    .string({ unit: fc.constantFrom('a', '=', '-', "'", '"', ',', '\n', ';', 'é') })
    .map((text) => text.trim()),
  logIndex: fc.option(fc.nat(999)),
})

test('A23: what was exported as CSV is imported as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(flowRow, { minLength: 1, maxLength: 8 }), async (rows) => {
      const written = rows.map((row) => ({
        ...({
          id: '',
          owner: '',
          book: '',
          source: '',
          file: null,
          line: null,
          ordinal: 0,
        } as unknown as Flow),
        ...(row as Partial<Flow>),
        kind: 'gift' as const,
        priceCurrency: null,
        feeAsset: null,
        chain: null,
        from: null,
        to: null,
        lot: null,
      }))
      let text = ''
      for await (const chunk of csvChunks(FLOW_EXPORT, written)) text += chunk
      const flows = await read(text)
      const seen = flows.map(
        ({ id: _i, line: _l, owner: _o, book: _b, source: _s, file: _f, ordinal: _n, ...flow }) => flow,
      )
      expect(seen).toEqual(
        written.map(
          ({ id: _i, line: _l, owner: _o, book: _b, source: _s, file: _f, ordinal: _n, ...flow }) => flow,
        ),
      )
    }),
  )
})

test('F22: the zone of the machine changes no time and no identity', async () => {
  const zone = process.env['TZ']
  const text = '2026-03-29 02:30,bitcoin,1,buy'
  const utc = await one(text)
  try {
    for (const name of ['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
      process.env['TZ'] = name
      expect(new Date(2026, 0, 15).getTimezoneOffset()).not.toBe(0)
      expect(await one(text)).toEqual(utc)
      expect(formatTime(utc?.time ?? NaN)).toBe('2026-03-29T02:30:00Z')
    }
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
})

test('F33: no more of the file is read than what is handed on', async () => {
  let given = 0
  async function* endless() {
    yield 'time,asset,quantity,kind\n'
    for (;;) {
      given++
      yield '2026-01-02,bitcoin,1,buy\n'.repeat(1_000)
    }
  }
  const reading = readFlows(endless(), PLACE)
  for (const most of [6, 11, 16]) {
    expect((await reading.next()).value).toHaveLength(5_000)
    expect(given).toBeLessThanOrEqual(most)
  }
  await reading.return(undefined)
})
