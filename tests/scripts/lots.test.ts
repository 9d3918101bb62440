import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
beforeAll(build)
afterAll(remove)

const FLOWS = `time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note
2024-03-02T10:00:00Z,bitcoin,5,buy,268,0.5,,hot,,
2025-06-02T10:20:00Z,bitcoin,-3,sell,300,,,hot,,
`
const MARKS = `time,asset,price
2024-03-01,bitcoin,260
2026-11-01T00:00:00Z,bitcoin,310
`

let files = 0
/** Two files, and the command on them in a folder where there is no store and none may come to be. */
function pure(flows: string, marks: string) {
  const cwd = join(dir, `pure-${++files}`)
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'flows.csv'), flows)
  writeFileSync(join(cwd, 'marks.csv'), marks)
  const named = ['--flows', 'flows.csv', '--marks', 'marks.csv']
  const run = (args: string[], command = 'lots') => tidemark([command, ...named, ...args], { cwd })
  return { cwd, run }
}

describe('a calculation from two files', () => {
  test('prints the document of the contract, field by field and in its order', async () => {
    const { cwd, run } = pure(FLOWS, MARKS)
    const ended = await run(['--json'])
    expect(ended.code).toBe(0)
    const [lot, sale] = (documentOf(ended)['lots'] as { id: string }[]).concat(
      (documentOf(ended)['disposals'] as { flow: string }[]).map(({ flow }) => ({ id: flow })),
    ) as [{ id: string }, { id: string }]
    expect(ended.stdout).toBe(
      `${JSON.stringify({
        schemaVersion: 1,
        portfolio: null,
        baseCurrency: 'usd',
        method: 'fifo',
        scope: 'pooled',
        fees: 'basis',
        oversell: 'report',
        longTerm: '1y',
        at: '2026-11-01T00:00:00Z',
        lots: [
          {
            id: lot.id,
            asset: 'bitcoin',
            wallet: null,
            opened: '2024-03-02T10:00:00Z',
            quantity: '5',
            remaining: '2',
            unitCost: '268.1',
            remainingCost: '536.2',
            from: { flow: lot.id, source: 'flows.csv:2' },
          },
        ],
        disposals: [
          {
            flow: sale.id,
            asset: 'bitcoin',
            wallet: 'hot',
            time: '2025-06-02T10:20:00Z',
            kind: 'sell',
            quantity: '3',
            proceeds: '900',
            cost: '804.3',
            gain: '95.7',
            undocumented: '0',
            parts: [
              { lot: lot.id, quantity: '3', cost: '804.3', proceeds: '900', gain: '95.7', term: 'long' },
            ],
          },
        ],
        assets: [
          {
            asset: 'bitcoin',
            quantity: '2',
            cost: '536.2',
            averageCost: '268.1',
            mark: '310',
            value: '620',
            realised: '95.7',
            realisedShort: '0',
            realisedLong: '95.7',
            unrealised: '83.8',
            income: '0',
            costs: '0',
            transferred: '0',
            quality: 'ok',
          },
        ],
        total: {
          cost: '536.2',
          value: '620',
          realised: '95.7',
          realisedShort: '0',
          realisedLong: '95.7',
          unrealised: '83.8',
          income: '0',
          costs: '0',
          transferred: '0',
          unproven: '0',
          coverage: 1,
        },
        problems: [],
      })}\n`,
    )
    expect(readdirSync(cwd).sort()).toEqual(['flows.csv', 'marks.csv'])
  })

  test('an empty ledger is an empty report', async () => {
    const { run } = pure('time,asset,quantity,kind\n', 'time,asset,price\n')
    const ended = await run(['--json'])
    expect(ended.code).toBe(0)
    expect(documentOf(ended)).toMatchObject({ lots: [], disposals: [], assets: [], problems: [] })
    expect((await run([])).code).toBe(0)
  })

  test('ids and names stand as they are, currencies are rated by marks, and any time will do', async () => {
    const flows = `time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,price_currency
2031-01-01,My Token,2,buy,10,,,Hot Wallet,chf
2031-01-01,USD,-5,sell,,,,Hot Wallet,
2031-02-01,My Token,-1,sell,30,,,Hot Wallet,
`
    const { run } = pure(flows, 'time,asset,price\n2030-12-31,fiat:chf,1.25\n2031-02-01,My Token,40\n')
    const ended = await run(['--json', '--scope', 'wallet'])
    expect(ended.code).toBe(0)
    expect(documentOf(ended)).toMatchObject({
      at: '2031-02-01T00:00:00Z',
      lots: [{ asset: 'My Token', wallet: 'Hot Wallet', unitCost: '12.5', remaining: '1' }],
      disposals: [{ asset: 'My Token', wallet: 'Hot Wallet', gain: '17.5' }],
      total: { value: '40' },
    })
  })

  test('a part without a lot is exit 3 and comes first; refuse is exit 1 and computes nothing', async () => {
    const { run } = pure(`${FLOWS}2025-07-01,doge,-4,sell,2,,,cold,,\n`, MARKS)
    const reported = await run(['--json'])
    expect(reported.code).toBe(3)
    expect(documentOf(reported)).toMatchObject({
      total: { unproven: '8' },
      problems: [{ code: 'UNDOCUMENTED_DISPOSAL', asset: 'doge', wallet: 'cold', quantity: '4' }],
    })
    const text = (await run([])).stdout
    expect(text.indexOf('UNDOCUMENTED_DISPOSAL')).toBeLessThan(text.indexOf('held'))
    const refused = await run(['--json', '--oversell', 'refuse'])
    expect(refused.code).toBe(1)
    expect(documentOf(refused).error?.code).toBe('LOTS_REFUSED')
    const short = documentOf(await run(['--json', '--oversell', 'short']))
    expect(short).toMatchObject({ assets: [{ asset: 'bitcoin' }, { asset: 'doge', quantity: '-4' }] })
  })

  test('--at counts flows up to and including it, at its marks', async () => {
    const { run } = pure(FLOWS, MARKS)
    const before = documentOf(await run(['--json', '--at', '2025-06-02T10:19:59Z']))
    expect(before).toMatchObject({ disposals: [], assets: [{ quantity: '5', mark: '260' }] })
    const then = documentOf(await run(['--json', '--at', '2025-06-02T10:20:00Z']))
    expect(then).toMatchObject({ assets: [{ quantity: '2', mark: '260' }] })
  })

  test('--compare gives results by method and scope, each with its schema version', async () => {
    const { run } = pure(FLOWS, MARKS)
    const { results } = documentOf(await run(['--json', '--compare', 'fifo', 'average'])) as unknown as {
      results: { schemaVersion: number; method: string; scope: string; lots: { wallet: string | null }[] }[]
    }
    expect(results.map(({ schemaVersion, method, scope }) => [schemaVersion, method, scope])).toEqual([
      [1, 'fifo', 'pooled'],
      [1, 'fifo', 'wallet'],
      [1, 'average', 'pooled'],
      [1, 'average', 'wallet'],
    ])
    expect(results.map(({ lots }) => lots[0]?.wallet)).toEqual([null, 'hot', null, 'hot'])
    expect((await run(['--compare'])).stdout).toMatch(/hifo +wallet/)
  })

  test('a method for an asset and for a year', async () => {
    const flows = `time,asset,quantity,kind,unit_price
2024-01-01,aaa,1,buy,10
2024-02-01,aaa,1,buy,20
2024-01-01,bbb,1,buy,10
2024-02-01,bbb,1,buy,20
2024-06-01,aaa,-0.5,sell,30
2025-06-01,aaa,-0.5,sell,30
2024-06-01,bbb,-0.5,sell,30
`
    const { run } = pure(flows, 'time,asset,price\n2024-01-01,aaa,30\n2024-01-01,bbb,30\n')
    const gains = async (...methods: string[]) =>
      (
        documentOf(await run(['--json', ...methods.flatMap((one) => ['--method', one])]))['disposals'] as {
          gain: string
        }[]
      ).map(({ gain }) => gain)
    expect(await gains('fifo')).toEqual(['10', '10', '10'])
    expect(await gains('aaa=lifo')).toEqual(['5', '10', '5'])
    expect(await gains('2025=lifo')).toEqual(['10', '10', '5'])
    expect(await gains('lifo', 'aaa@2024=fifo')).toEqual(['10', '5', '5'])
  })

  test('--explain spells out the trail of one gain, and names what it does not know', async () => {
    const { run } = pure(FLOWS, MARKS)
    const { code, stdout } = await run(['--explain', 'flows.csv:3'])
    expect(code).toBe(0)
    expect(stdout).toContain('95.7 = 900 − 804.3')
    expect(stdout).toContain('804.3 = 3 × 268.1')
    expect(stdout).toContain('flows.csv:2')
    expect(stdout).toContain('the oldest lot first (fifo)')
    const document = documentOf(await run(['--explain', 'flows.csv:3', '--json']))
    expect(document).toMatchObject({
      disposals: [{ parts: [{ trail: { origin: { place: 'flows.csv:2' } } }] }],
    })
    const unknown = await run(['--explain', 'flows.csv:99', '--json'])
    expect([unknown.code, documentOf(unknown).error?.code]).toEqual([2, 'INPUT_INVALID'])
  })

  test('--explain values a fee in a token, and what a transfer lost, by themselves, back to the row of the purchase', async () => {
    const { run } = pure(
      `time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx
2024-01-01T00:00:00Z,bitcoin,2,buy,100,0.25,bitcoin,a,
2024-03-01T00:00:00Z,bitcoin,-1,transfer,,,,a,t1
2024-03-01T00:10:00Z,bitcoin,0.99,transfer,,,,b,t1
`,
      'time,asset,price\n2024-01-01T00:00:00Z,bitcoin,150\n',
    )
    const bought = (await run(['--scope', 'wallet', '--explain', 'flows.csv:2'])).stdout
    expect(bought).toContain('is          the fee of buy 2 bitcoin')
    expect(bought).toContain('37.5 = 0.25 × 150, by the mark: bitcoin 150 at 2024-01-01T00:00:00Z (ok)')
    const moved = (await run(['--scope', 'wallet', '--explain', 'flows.csv:4'])).stdout
    expect(moved).toContain('is          lost on the way of transfer 0.99 bitcoin')
    expect(moved).toContain('1.5 = 0.01 × 150, by the mark')
    expect(moved).toContain('from      buy 2 bitcoin at 2024-01-01T00:00:00Z (flows.csv:2')
    expect(moved).toContain('unit cost of 118.75 = (200 + 37.5 of fees) ÷ 2')
    expect(moved).toMatch(/cost {6}1\.1875 = 0\.01 × 118\.75/)
  })

  test('faults of the files name their line and are exit 2', async () => {
    const badMarks = await pure(FLOWS, 'time,asset,price\n2024-01-01,bitcoin,-3\n').run(['--json'])
    expect(badMarks.code).toBe(2)
    expect(documentOf(badMarks).error?.faults).toEqual([expect.stringMatching(/^marks\.csv:2 price/)])
    const badFlows = await pure('time,asset,quantity,kind\n2024-01-01,bitcoin,0,buy\n', MARKS).run(['--json'])
    expect(badFlows.code).toBe(2)
    expect(documentOf(badFlows).error?.faults).toEqual([expect.stringMatching(/^flows\.csv:2 quantity/)])
  })

  test.each([
    ['--method', 'best'],
    ['--scope-from', '2025-01-01'],
    ['--long-term', 'never'],
    ['--time-zone', 'Mars/Olympus'],
    ['--base', 'bananas'],
    ['--at', 'noon'],
    ['--asset', 'dogecoin'],
    ['--compare', 'best'],
  ])('%s %s is exit 2', async (...args) => {
    const ended = await pure(FLOWS, MARKS).run(['--json', ...args])
    expect([ended.code, typeof documentOf(ended).error?.fix]).toEqual([2, 'string'])
  })

  test('tables fit a terminal of 80 columns, gains and trades tell the same', async () => {
    const { run } = pure(FLOWS, MARKS)
    const text = (await run([])).stdout
    for (const line of text.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80)
    const gains = documentOf(await run(['--json'], 'gains'))
    expect(gains).toMatchObject({
      gains: [{ year: 2025, asset: 'bitcoin', term: 'long', quantity: '3', gain: '95.7' }],
      years: [{ year: 2025, realised: '95.7', realisedLong: '95.7' }],
    })
    const trades = documentOf(await run(['--json'], 'trades'))
    expect(trades).toMatchObject({
      total: 2,
      trades: [
        { kind: 'sell', value: '900', gain: '95.7', quality: 'ok', source: 'flows.csv:3' },
        { kind: 'buy', value: '1340', fee: '0.5', gain: null, source: 'flows.csv:2' },
      ],
    })
  })

  test('a sale from two lots shows both, each with its term; the newest rows are shown, --all shows every one', async () => {
    const buys = Array.from({ length: 30 }, (_, at) => `2025-03-01T00:${10 + at}:00Z,aaa,1,buy,10`)
    const flows = `time,asset,quantity,kind,unit_price
2023-01-01,aaa,1,buy,4
${buys.join('\n')}
2025-06-01,aaa,-2,sell,20
`
    const { run } = pure(flows, 'time,asset,price\n2025-06-01,aaa,20\n')
    const text = (await run([])).stdout
    expect(text).toMatch(/2025-06-01 00:00 +sell aaa +2 +40\.00 +14\.00 +\+26\.00\n/)
    expect(text).toMatch(/  of 2023-01-01 +fifo +1 +20\.00 +4\.00 +\+16\.00 +long/)
    expect(text).toMatch(/  of 2025-03-01 +fifo +1 +20\.00 +10\.00 +\+10\.00 +short/)
    expect(text).toContain('… and 4 earlier lots; --all shows them')
    const all = (await run(['--all'])).stdout
    expect(all).not.toContain('earlier')
    expect(all.match(/^2025-03-01 +aaa/gm)).toHaveLength(29)
    expect(documentOf(await run(['--json', '--open']))['lots']).toHaveLength(29)
  })

  test('A23: a formula in a name or note of a ledger is defused in every CSV, numbers stay numbers', async () => {
    const flows = `time,asset,quantity,kind,unit_price,wallet
2024-01-01,=HYPERLINK(1),2,buy,10,@SUM(A1)
2024-02-01,=HYPERLINK(1),-1,sell,5,@SUM(A1)
`
    const { run } = pure(flows, 'time,asset,price\n2024-02-01,bitcoin,1\n')
    for (const format of ['gains', 'lots', '8949', 'koinly']) {
      const { stdout } = await run(['--csv', format])
      const cells = stdout.split('\n').slice(1).join(',').split(',')
      for (const cell of cells) expect(cell.replaceAll('"', '')).not.toMatch(/^[=@+]|^-(?!\d)/)
    }
    const { stdout } = await run(['--csv', '8949'])
    expect(stdout).toContain(',5.00,10.00,,,-5.00')
    expect(stdout).toContain('I (short-term)')
  })
})
