import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import { build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
let simulator: Simulator
beforeAll(async () => {
  build()
  simulator = await startSimulator({ market: syntheticMarket({ seed: 11 }) })
  await run('ingest', '-q', '--coins', '3', '--days', '3')
})
afterAll(async () => {
  await simulator.close()
  remove()
})

const env = () => ({ COINGECKO_BASE_URL: simulator.coingeckoUrl, COINGECKO_RATE: '10000' })
const run = (...args: string[]) => tidemark(args, { cwd: dir, env: env() })
const json = async (...args: string[]) => documentOf(await run(...args, '--json')) as Record<string, unknown>

describe('lists', () => {
  test('coins by rank, in pages that say where they end', async () => {
    const all = await json('coins')
    const { total } = all as unknown as { total: number }
    expect(all).toMatchObject({ page: 1, limit: 50 })
    expect((all['coins'] as { rank: number }[]).map(({ rank }) => rank)).toEqual(
      Array.from({ length: total }, (_, at) => at + 1),
    )
    const second = await run('coins', '--limit', String(total - 1), '--page', '2')
    expect(second.stdout.trim().split('\n')).toHaveLength(2)
    expect(second.stderr).toContain(`${total} to ${total} of ${total} coins`)
    expect((await json('coins', '--asset', 'ethereum'))['coins']).toHaveLength(1)
  })

  test('prices: every hour of the range, newest first', async () => {
    const { total, prices } = await json(
      'prices',
      '--asset',
      'bitcoin',
      '--from',
      '2009-01-03',
      '--to',
      '2009-01-03T05:00Z',
    )
    expect(total).toBe(6)
    expect(prices).toMatchObject(
      Array.from({ length: 6 }, () => ({ mark: null, quality: 'missing', candle: null })),
    )
    const week = await json('prices', '--asset', 'bitcoin', '--limit', '24')
    expect(
      (week['prices'] as { candle: unknown }[]).filter(({ candle }) => candle !== null).length,
    ).toBeGreaterThan(20)
  })

  test('runs keep their end summary; gaps tell why', async () => {
    const { runs } = await json('runs', '--limit', '1')
    expect(runs).toMatchObject([{ command: 'ingest', exitCode: 0, summary: { outcome: 'complete' } }])
    expect(await json('gaps')).toMatchObject({ suspects: [], gaps: expect.any(Array) as unknown })
  })

  test('without a portfolio nothing is held, and that is said', async () => {
    const held = await run('holdings')
    expect([held.code, held.stdout]).toEqual([0, ''])
    expect(held.stderr).toContain('tidemark init')
  })
})

describe('a portfolio with flows', () => {
  const cwd = join(dir, 'own')
  const at = (...args: string[]) => tidemark(args, { cwd, env: env() })
  const flows = (...rows: string[]) =>
    writeFileSync(
      join(cwd, 'flows.csv'),
      ['time,asset,quantity,kind,unit_price,note', ...rows, ''].join('\n'),
    )
  const BUY = '2026-01-05 10:00,bitcoin,0.5,buy,60000,'

  beforeAll(async () => {
    mkdirSync(cwd)
    writeFileSync(join(cwd, '.env'), '')
    writeFileSync(join(cwd, 'portfolio.yaml'), 'name: own\nflows: flows.csv\n')
    flows(BUY)
    await at('ingest', '-q', '--days', '2')
  })

  test('its flows file is a mirror: an edit counts at the next reading, and a fault of it is exit 5', async () => {
    const quantity = async () =>
      (documentOf(await at('holdings', '--json')) as unknown as { holdings: { quantity: string }[] }).holdings
    expect(await quantity()).toMatchObject([{ asset: 'bitcoin', quantity: '0.5', wallet: 'manual' }])
    flows(BUY, '2026-01-06 10:00,bitcoin,-0.125,sell,61000,half a quarter')
    expect(await quantity()).toMatchObject([{ quantity: '0.375' }])
    flows(BUY)
    expect(await quantity()).toMatchObject([{ quantity: '0.5' }])
    flows(BUY, '2026-01-06 10:00,bitcoin,0.125,sell,61000,')
    const wrong = await at('pnl', '--json')
    expect([wrong.code, documentOf(wrong).error?.code]).toEqual([5, 'FLOWS_INVALID'])
    expect(documentOf(wrong).error?.faults?.[0]).toMatch(/line 3|:3/)
    flows(BUY)
  })

  test('flows by hand and imported are kept beside those of the file', async () => {
    const added = await at(
      'flows',
      'add',
      '--asset',
      'bitcoin',
      '--quantity',
      '-0.1',
      '--kind',
      'sell',
      '--time',
      '2026-01-07',
      '--unit-price',
      '62000',
      '--note',
      '=1+1',
    )
    expect([added.code, added.stdout]).toEqual([0, expect.stringContaining('sell -0.1 bitcoin')])
    const contradiction = await at(
      'flows',
      'add',
      '--asset',
      'bitcoin',
      '--quantity',
      '1',
      '--kind',
      'sell',
      '--json',
    )
    expect([contradiction.code, documentOf(contradiction).error?.code]).toEqual([2, 'INPUT_INVALID'])
    writeFileSync(join(cwd, 'more.csv'), 'time,asset,quantity,kind\n2026-01-08,ethereum,2,deposit\n')
    const import1 = await at('import', 'more.csv')
    expect(import1.stdout).toContain('1 new')
    expect((await at('import', 'more.csv')).stdout).toContain('0 new, 1 unchanged')
    const { total, flows: rows } = documentOf(await at('flows', '--json')) as unknown as {
      total: number
      flows: { source: string }[]
    }
    expect([total, rows.map(({ source }) => source).toSorted()]).toEqual([3, ['file', 'hand', 'import']])
  })

  test('A23: an export defuses formulas, keeps numbers, and can be imported again', async () => {
    const file = join(cwd, 'out.csv')
    expect((await at('export', '--what', 'flows', '--output', file)).code).toBe(0)
    const text = readFileSync(file, 'utf8')
    expect(text).toContain(`"'=1+1"`)
    expect(text).toMatch(/,-0\.1,sell,62000,/)
    expect((await at('import', file, '--dry-run')).code).toBe(0)
    const stdout = await at('export', '--what', 'flows')
    expect(stdout.stdout).toBe(text)
  })

  test.each(['prices', 'holdings', 'flows', 'pnl'])(
    '%s leave as CSV and as one JSON document',
    async (what) => {
      const csv = await at('export', '--what', what)
      const document = documentOf(await at('export', '--what', what, '--json')) as unknown as {
        what: string
        rows: Record<string, string>[]
      }
      const [header, ...rows] = csv.stdout.trim().split('\n')
      expect([document.what, document.rows.length]).toEqual([what, rows.length])
      expect(Object.keys(document.rows[0] ?? {}).join(',')).toBe(header)
    },
  )

  test('prices by hand stand where there are none, marked manual', async () => {
    writeFileSync(join(cwd, 'otc.csv'), 'time,asset,price\n2026-02-01T00:00:00Z,vested,12.5\n')
    expect((await at('prices', 'import', 'otc.csv')).stdout).toContain('1 hour new')
    const { prices } = documentOf(
      await at('prices', '--asset', 'vested', '--from', '2026-02-01', '--to', '2026-02-01', '--json'),
    ) as unknown as { prices: object[] }
    expect(prices).toMatchObject([{ mark: '12.5', quality: 'estimated', source: 'manual' }])
  })
})

describe('demo', () => {
  test('prints a table without a network, with a dead proxy set, labelled as invented, in a folder of its own', async () => {
    const cwd = join(dir, 'demo')
    mkdirSync(cwd)
    writeFileSync(join(cwd, '.env'), 'COINGECKO_PLAN=nonsense\n')
    const proxies = Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'].map((name) => [
        name,
        'http://127.0.0.1:9',
      ]),
    )
    const settings = {
      COINGECKO_API_KEY: '',
      TIDEMARK_DATA_DIR: join(cwd, 'mine'),
      XDG_DATA_HOME: join(cwd, 'xdg'),
    }
    const ended = await tidemark(['demo'], { cwd, env: { ...proxies, ...settings } })
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/^INVENTED DATA/)
    expect(ended.stdout).toMatch(/BTC .*\nLINK|BTC/)
    expect(ended.stdout).toMatch(/Total [\d,.]+ usd/)

    const folder = join(cwd, 'xdg/tidemark-demo')
    const shown = await tidemark(['pnl', '--json', '--data-dir', folder], { cwd: dir })
    expect(documentOf(shown)).toMatchObject({ invented: true, portfolio: 'demo (invented data)' })
    // One's own portfolio does not enter it, wherever it stands; a file that is named is refused.
    writeFileSync(join(cwd, '.env'), '')
    writeFileSync(join(cwd, 'portfolio.yaml'), 'name: mine\nholdings:\n  bitcoin: 1\n')
    const beside = await tidemark(['pnl', '--json', '--data-dir', folder], {
      cwd,
      env: { TIDEMARK_PORTFOLIO: join(cwd, 'portfolio.yaml') },
    })
    expect(documentOf(beside)).toMatchObject({ portfolio: 'demo (invented data)' })
    const given = await tidemark(['pnl', '--data-dir', folder, '--portfolio', 'portfolio.yaml'], {
      cwd: dir,
    })
    expect([given.code, given.stderr]).toEqual([2, expect.stringContaining('real data must not mix')])
    // A store that no build can read any more does not stop the next demo.
    writeFileSync(join(folder, 'tidemark.db'), 'of an older build')
    expect((await tidemark(['demo', '--data-dir', folder], { cwd: dir })).code).toBe(0)
    const mixed = await tidemark(['ingest', '--data-dir', folder], { cwd: dir })
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining('must not mix')])
    const own = await tidemark(['demo', '--data-dir', join(dir, 'data')], { cwd: dir })
    expect([own.code, own.stderr]).toEqual([2, expect.stringContaining('holds a store of yours')])
  })
})
