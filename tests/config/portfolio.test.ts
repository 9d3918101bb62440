import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { checksumAddress } from '#core/address.ts'
import { formatDecimal, parseDecimal } from '#core/decimal.ts'
import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { readPortfolio } from '#config/portfolio/read.ts'
import { portfolioTemplate } from '#config/portfolio/template.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(1) })

const WALLET = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const OTHER = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'
const NOW = Date.UTC(2026, 10, 21)

function read(text: string): Portfolio {
  return readPortfolio(text, { path: '/books/main.yaml', owner: 'ann', now: NOW })
}

function faults(text: string): readonly string[] {
  try {
    read(text)
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error
    expect(error.code).toBe('PORTFOLIO_INVALID')
    expect(error.exitCode).toBe(5)
    return error.faults
  }
  throw new Error('nothing was wrong')
}

const EXAMPLE = `name: main
baseCurrency: usd
wallets:
  - { address: "${WALLET}", label: hot, chains: [ethereum, base] }
holdings:                       # entered by hand
  - { asset: bitcoin, quantity: "0.5", unitCost: "41000" }
  - { asset: ethereum, quantity: "4.25", since: 2026-01-01T00:00:00Z }
  - { asset: usd, quantity: -1000 }
flows: flows.csv
`

test('a portfolio file as the README shows it', () => {
  expect(read(EXAMPLE)).toEqual({
    owner: 'ann',
    name: 'main',
    baseCurrency: 'usd',
    wallets: [{ address: WALLET.toLowerCase(), label: 'hot', chains: ['ethereum', 'base'] }],
    holdings: [
      { asset: 'bitcoin', quantity: '0.5', unitCost: '41000', since: null },
      { asset: 'ethereum', quantity: '4.25', unitCost: null, since: Date.UTC(2026, 0, 1) },
      { asset: 'fiat:usd', quantity: '-1000', unitCost: null, since: null },
    ],
    flowsFile: '/books/flows.csv',
  })
})

test('the template that init writes is valid', () => {
  const portfolio = read(portfolioTemplate())
  expect(portfolio.name).toBe('main')
  expect(portfolio.holdings).toHaveLength(2)
})

test('what is commented out in the template is valid too', () => {
  const uncommented = portfolioTemplate().replace(/^# (wallets:|flows:|  -? )/gm, '$1')
  const portfolio = read(uncommented)
  expect(portfolio.wallets).toHaveLength(1)
  expect(portfolio.flowsFile).toBe('/books/flows.csv')
})

test.each([
  ['a byte order mark', `\uFEFF${EXAMPLE}`],
  ['CRLF', EXAMPLE.replaceAll('\n', '\r\n')],
  ['a document marker', `---\n${EXAMPLE}`],
])('%s changes nothing', (_, text) => {
  expect(read(text)).toEqual(read(EXAMPLE))
})

test("chains of one's own are named like any other, and come before the list", () => {
  const wallet = `wallets: [{ address: ${WALLET}, chains: [devnet, 7, eip155:99] }]`
  const own = `chains: [{ name: devnet, id: 1337, coin: ethereum, symbol: dETH, decimals: 18, multicall: ${OTHER} }, { name: tiny, id: eip155:99 }]`
  expect(read(`name: x\n${own}\n${wallet}\n`)).toMatchObject({
    chains: [
      {
        name: 'devnet',
        id: 1337,
        coin: 'ethereum',
        symbol: 'dETH',
        decimals: 18,
        multicall: OTHER.toLowerCase(),
      },
      { name: 'tiny', id: 99, coin: null, symbol: null, decimals: null, multicall: null },
    ],
    wallets: [{ chains: ['devnet', 'thaichain', 'tiny'] }],
  })
  expect(read(EXAMPLE)).not.toHaveProperty('chains')
})

test.each([
  ['{ name: base, id: 5 }', 'is the name of eip155:8453'],
  ['{ name: Dev, id: 5 }', 'is no name of a chain'],
  ['{ name: dev }', 'lacks "id"'],
  ['{ name: dev, id: 0x5 }', 'is no chain id'],
  ['{ name: dev, id: 99999999999999999 }', 'is no chain id'],
  ['{ name: dev, id: 5, decimals: 78 }', 'is no number of decimals'],
  ['{ name: dev, id: 5, multicall: 0x12 }', 'has 2 digits'],
  ['{ name: dev, id: 5, coin: "no coin" }', 'is no asset'],
  ['{ name: dev, id: 5, symbol: "<b>" }', 'is no symbol'],
  ['{ name: dev, id: 5 }, { name: dev, id: 6 }', 'the name "dev" is already taken at 1:20'],
  ['{ name: dev, id: 5 }, { name: vex, id: 5 }', 'the id 5 is already taken'],
])('a chain of its own that is wrong: %s', (chains, words) => {
  expect(faults(`{name: x, chains: [${chains}]}`).join('\n')).toContain(words)
})

test('an absolute path of flows stays, chains by id get their name, unknown ids stay', () => {
  const text = `{name: x, flows: /data/f.csv, wallets: [{address: ${WALLET}, chains: [eip155:8453, Polygon, 42170, eip155:4243]}]}`
  expect(read(text)).toMatchObject({
    flowsFile: '/data/f.csv',
    wallets: [{ label: null, chains: ['base', 'polygon', 'arbitrumnova', 'eip155:4243'] }],
  })
})

describe('numbers are never taken through a float', () => {
  test.each([
    ['0.1000000000000000000000000000000001', '0.1000000000000000000000000000000001'],
    ['"0.1000000000000000000000000000000001"', '0.1000000000000000000000000000000001'],
    ['9007199254740993', '9007199254740993'],
    ['1e3', '1000'],
    ['-.5', '-0.5'],
    ['+7.50', '7.5'],
    ["'0'", '0'],
    [`0.${'0'.repeat(76)}1`, `0.${'0'.repeat(76)}1`],
  ])('quantity: %s', (text, quantity) => {
    expect(read(`{name: x, holdings: [{asset: bitcoin, quantity: ${text}}]}`).holdings[0]?.quantity).toBe(
      quantity,
    )
  })

  test.each([
    '0x10',
    '0o17',
    '.inf',
    '.nan',
    '1_000',
    '1,5',
    '"1,5"',
    '1 000',
    '1e999',
    `0.${'0'.repeat(77)}1`,
    'half',
  ])('quantity: %s is a fault', (text) => {
    const [fault = ''] = faults(`name: x\nholdings:\n  - asset: bitcoin\n    quantity: ${text}\n`)
    expect(fault).toMatch(/^main\.yaml:4:15: holdings\[0\]\.quantity: .*not a decimal number/)
  })
})

test('F41: every fault at once, each with line and column', () => {
  const text = `name: main
nam: x
name: y
baseCurrency: usdd
wallets:
  - { address: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD, label: manual, chains: [etherum] }
  - { address: bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq }
holdings:
  - { asset: bit coin, quantity: 0.5, unitCost: -1, since: 2026-02-30 }
  - { quantity: true }
flows: https://example.org/flows.csv
`
  const found = faults(text)
  const expected: [string, string][] = [
    ['2:1', 'did you mean "name"'],
    ['3:1', 'twice'],
    ['4:15', 'no currency'],
    ['6:16', WALLET],
    ['6:67', 'another label'],
    ['6:84', 'did you mean "ethereum"'],
    ['7:5', 'lacks "chains"'],
    ['7:16', 'Bitcoin'],
    ['9:14', 'no asset'],
    ['9:49', 'negative'],
    ['9:60', 'not a time'],
    ['10:5', 'lacks "asset"'],
    ['10:17', 'quotes'],
    ['11:8', 'no path'],
  ]
  expect(found).toEqual(
    expected.map(([place, words]) => {
      expect(
        found.some((fault) => fault.startsWith(`main.yaml:${place}: `) && fault.includes(words)),
        place,
      ).toBe(true)
      return expect.stringContaining(words) as string
    }),
  )
})

describe('refused, each in words', () => {
  const wallet = (rest: string) => `{name: x, wallets: [{address: ${WALLET}, chains: [base]}, ${rest}]}`
  test.each([
    ['', 'empty'],
    ['# only a comment\n', 'empty'],
    ['just text', 'mapping'],
    ['- a\n- b', 'mapping'],
    ['name: ', 'empty'],
    ['name: [a]', 'single value'],
    ['name: "a|b"', 'no name'],
    ['name: "\\e[31m"', '\\u001b'],
    ['baseCurrency: usd', 'lacks "name"'],
    ['name: x\nholdings: bitcoin', 'list'],
    ['name: x\nholdings: [bitcoin]', 'mapping'],
    ['name: x\nwallets: {a: b}', 'list'],
    ['name: x\nflows: data:text/csv,time', 'no path'],
    ['name: x\n__proto__: {a: 1}', '"__proto__" is no key'],
    ['name: x\n<<: {a: 1}', '"<<" is no key'],
    ['name: x\n? [a, b]\n: c', 'no key'],
    ['name: &a x', 'anchor'],
    ['name: &a x\nbaseCurrency: *a', 'alias'],
    ['name: !!binary eA==', 'tag'],
    ['name: x\n---\nname: y', 'second document'],
    ['name: x\nholdings:\n\t- a', 'tab'],
    ['name: "x', 'not valid YAML'],
    [wallet(`{address: ${WALLET.toLowerCase()}, chains: [base]}`), 'already at 1:'],
    [wallet(`{address: ${OTHER}, chains: []}`), 'names no chain'],
    [wallet(`{address: ${OTHER}, chains: [base, eip155:8453]}`), 'twice'],
    [wallet(`{address: ${OTHER}, chains: [solana]}`), 'no chain that is known'],
    [wallet(`{address: ${OTHER}, chains: base}`), 'list'],
    [wallet(`{address: ${OTHER}, label: in-transit, chains: [base]}`), 'another label'],
    [wallet(`{address: ${OTHER}, label: ${WALLET}, chains: [base]}`), 'looks like an address'],
    ['{name: x, holdings: [{asset: bitcoin, quantity: 1, since: 2027-01-01}]}', 'in the future'],
    ['{name: x, holdings: [{asset: null, quantity: 1}]}', 'empty'],
  ])('%j', (text, words) => {
    expect(faults(text).join('\n')).toContain(words)
  })

  test('two wallets of one label', () => {
    const text = `{name: x, wallets: [{address: ${WALLET}, label: Hot, chains: [base]}, {address: ${OTHER}, label: hot, chains: [base]}]}`
    expect(faults(text)).toEqual([expect.stringContaining('already taken at 1:')])
  })
})

test('a small file cannot grow: aliases in aliases, deep nesting, many faults', () => {
  const levels = Array.from(
    { length: 30 },
    (_, at) => `a${at}: &a${at} [${`*a${at - 1}, `.repeat(at === 0 ? 0 : 9)}x]`,
  )
  expect(faults(levels.join('\n')).length).toBeLessThanOrEqual(101)
  expect(faults('['.repeat(50_000))).toEqual([expect.stringContaining('nested too deeply')])
  expect(faults(`name: x\n${'b: 1\n'.repeat(5_000)}`)).toHaveLength(101)
})

test('A27: fifty thousand characters in any field are a short fault', () => {
  const fields = (value: string) => `name: ${value}
baseCurrency: ${value}
wallets: [{ address: ${value}, label: ${value}, chains: [${value}] }]
holdings: [{ asset: ${value}, quantity: ${value}, unitCost: ${value}, since: ${value} }]
flows: ${value}
`
  for (const unit of ['a', '1', '-', '0x', '.', ' a', '1e', 'é']) {
    const found = faults(fields(JSON.stringify(unit.repeat(50_000 / unit.length))))
    expect(found.length).toBeGreaterThanOrEqual(9)
    for (const fault of found) expect(fault.length).toBeLessThan(600)
  }
})

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 47 }))
  .map(([units, places]) => formatDecimal(parseDecimal(`${units}e-${places}`) ?? parseDecimal('0')!))
const name = fc.stringMatching(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,20}$/u).filter((text) => text.trim() === text)
const holding = fc.record({
  asset: fc.constantFrom('bitcoin', 'ethereum', 'usd-coin', 'fiat:eur', 'true', 'null', '1inch'),
  quantity: decimal,
  unitCost: fc.option(decimal.map((text) => text.replace('-', ''))),
  since: fc.option(fc.integer({ min: 1_230_768_000, max: NOW / 1000 }).map((s) => s * 1000)),
})
const address = fc
  .bigInt({ min: 0n, max: 2n ** 160n - 1n })
  .map((value) => checksumAddress(`0x${value.toString(16).padStart(40, '0')}`))

test('a portfolio that is written as YAML reads as itself', () => {
  const portfolio = fc.record({
    name,
    baseCurrency: fc.constantFrom('usd', 'eur', 'btc'),
    wallets: fc.uniqueArray(address, { maxLength: 4 }),
    holdings: fc.array(holding, { maxLength: 5 }),
  })
  fc.assert(
    fc.property(portfolio, (written) => {
      const wallets = written.wallets.map((each, at) => ({
        address: each,
        label: `w${at}`,
        chains: ['base'],
      }))
      const holdings = written.holdings.map(({ asset, quantity, unitCost, since }) => ({
        asset,
        quantity,
        ...(unitCost === null ? {} : { unitCost }),
        ...(since === null ? {} : { since: formatTime(since) }),
      }))
      const read_ = read(stringify({ ...written, wallets, holdings }))
      expect(read_).toEqual({
        owner: 'ann',
        name: written.name,
        baseCurrency: written.baseCurrency,
        wallets: wallets.map((wallet) => ({ ...wallet, address: wallet.address.toLowerCase() })),
        holdings: written.holdings,
        flowsFile: null,
      })
    }),
  )
})
