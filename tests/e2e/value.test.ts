/** `tidemark value` as people and machines call it: the built program over stores of many portfolios. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { addHours, formatTime, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { ValueDocument } from '#delivery/value-json.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import type { ContentStore } from '#storage/copy.ts'
import { openStore } from '#storage/open.ts'
import { assetName } from '#tests/bench/years.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { fillCrowd, type Crowd } from '#tests/support/many-portfolios.ts'
import { program, withStore, type ProgramEnd } from '#tests/support/program.ts'

beforeAll(build)

const UNTIL = Date.UTC(2025, 9, 20, 12) as Hour
const AT = ['--at', formatTime(UNTIL)]
const SMALL: Crowd = { portfolios: 24, assets: 40, holdings: 5, until: UNTIL }

type Document = {
  readonly schemaVersion: number
  readonly time?: string
  readonly portfolios?: readonly ValueDocument[]
  readonly summary?: {
    readonly portfolios: number
    readonly incomplete: number
    readonly snapshots: Readonly<Record<string, number>>
    readonly totals: readonly { baseCurrency: string; value: string; coverage: number }[]
    readonly missing: readonly { asset: string; portfolios: number }[]
  }
  readonly error?: { readonly code: string; readonly fix: string }
}
const documentOf = (end: ProgramEnd): Document => JSON.parse(end.stdout) as Document

/** A working directory with a store, filled before the program runs. */
async function place(crowd: Crowd, more: (store: ContentStore) => Promise<void> = async () => {}) {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'data'))
  const file = join(cwd, 'data/tidemark.db')
  const store = await openStore({ kind: 'embedded', file, create: true })
  await fillCrowd(store, crowd)
  await more(store)
  await store.close()
  return { cwd, file, run: (...args: string[]) => program(['value', ...args], { cwd }) }
}

function portfolioOf(owner: string, name: string, held: Readonly<Record<string, string>>): Portfolio {
  const holdings = Object.entries(held).map(([asset, quantity]) => ({
    asset: asset as AssetId,
    quantity,
    unitCost: null,
    since: null,
  }))
  return { owner, name, baseCurrency: 'usd' as Quote, wallets: [], holdings, flowsFile: null }
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((done) => setTimeout(done, 20))
}

const shaOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('every portfolio of every owner', () => {
  test('has a line, a snapshot and a place in the document; again, nothing is written', async () => {
    const { cwd, file, run } = await place(SMALL)
    const first = documentOf(await run(...AT, '--json'))
    expect(Object.keys(first)).toEqual(['schemaVersion', 'time', 'portfolios', 'summary'])
    expect(first).toMatchObject({ schemaVersion: 1, time: formatTime(UNTIL) })
    expect(first.portfolios).toHaveLength(SMALL.portfolios)
    expect(first.summary).toMatchObject({
      portfolios: SMALL.portfolios,
      incomplete: 0,
      snapshots: { added: SMALL.portfolios, changed: 0, unchanged: 0 },
      totals: [{ baseCurrency: 'usd', coverage: 1 }],
    })
    const keys = first.portfolios?.map(({ owner, portfolio }) => `${owner}/${portfolio}`) ?? []
    expect(keys.slice(0, 3)).toEqual(['owner-000000/main', 'owner-000000/second', 'owner-000001/main'])
    const before = shaOf(file)
    const again = await run(...AT)
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect(again.stdout).toContain(`Valued   24 portfolios at ${formatTime(UNTIL)}; snapshots: 24 unchanged`)
    expect(shaOf(file)).toBe(before)
    const rows = again.stdout.split('\n').filter((line) => line.startsWith('owner-'))
    expect(rows).toHaveLength(SMALL.portfolios)
    await withStore(cwd, async (store) => {
      const query = { owner: 'owner-000003', portfolio: 'second', from: UNTIL, to: addHours(UNTIL, 1) }
      const [snapshot] = await store.snapshots(query)
      const document = first.portfolios?.find(
        ({ owner, portfolio }) => owner === query.owner && portfolio === query.portfolio,
      )
      expect(snapshot?.value).toBeCloseTo(Number(document?.value), 4)
      expect(snapshot?.positions).toHaveLength(SMALL.holdings)
      const sum = snapshot?.positions.reduce((total, { value }) => total + (value ?? NaN), 0)
      expect(sum).toBeCloseTo(snapshot?.value ?? NaN, 6)
    })
  })

  test('a document of 2,100 portfolios is the sum of its pages', async () => {
    const { run } = await place({ ...SMALL, portfolios: 2_100 })
    const end = await run(...AT, '--json')
    const { portfolios = [], summary } = documentOf(end)
    expect(new Set(portfolios.map(({ owner, portfolio }) => `${owner}/${portfolio}`)).size).toBe(2_100)
    const total = portfolios.reduce((sum, { value }) => sum + Number(value), 0)
    expect(Number(summary?.totals[0]?.value) / total).toBeCloseTo(1, 9)
    // For people: a head, a line each, a blank one, the totals.
    const text = (await run(...AT)).stdout.trimEnd().split('\n')
    expect(text).toHaveLength(1 + 2_100 + 1 + 2)
    expect(text.at(-2)).toMatch(/^Total {4}[\d,.]+ USD, [+-][\d,.]+ in 24 h, 100 % of it priced$/)
  })
})

describe('what is missing', () => {
  test('is never 0: the document says null, the footer names it, and the exit code is 3', async () => {
    const { run } = await place(SMALL, async (store) => {
      await store.writePortfolio(portfolioOf('zoe', 'dust', { [assetName(1)]: '2', unlisted: '1000' }))
      await store.writePortfolio(portfolioOf('zoe', 'unknown', { unlisted: '1' }))
      await store.writePortfolio(portfolioOf('zoe', 'empty', {}))
    })
    const end = await run(...AT, '--json')
    expect(end.code).toBe(3)
    const { portfolios = [], summary } = documentOf(end)
    const [dust, empty, unknown] = portfolios.slice(-3)
    expect(dust).toMatchObject({ portfolio: 'dust', quality: 'ok', coverage: 1, coverageByCount: 0.5 })
    expect(dust?.positions[1]).toEqual({
      asset: 'unlisted',
      token: null,
      chain: null,
      wallet: 'manual',
      quantity: '1000',
      mark: null,
      value: null,
      quality: 'missing',
    })
    expect(unknown).toMatchObject({ value: null, change24h: null, quality: 'missing', coverage: 0 })
    expect(empty).toMatchObject({ value: '0', coverage: 1, quality: 'ok', positions: [] })
    expect(summary).toMatchObject({ incomplete: 2, missing: [{ asset: 'unlisted', portfolios: 2 }] })
    const text = (await run(...AT)).stdout
    expect(text).toMatch(/^zoe +unknown +— +USD +— +— +missing +0.0 % +unlisted$/m)
    expect(text).toContain('Missing  in 2 portfolios: unlisted (2)')
    expect((await run(...AT, '--portfolio', 'nobody', '--json')).code).toBe(5)
  })

  test('an hour before any price has no change: there is nothing to compare with', async () => {
    const { run } = await place(SMALL)
    const first = Date.UTC(2025, 9, 1) as Hour
    const end = await run('--at', formatTime(first), '--json')
    expect(end.code).toBe(0)
    const { portfolios = [] } = documentOf(end)
    expect(portfolios.every(({ value, change24h }) => Number(value) > 0 && change24h === null)).toBe(true)
    expect((await run('--at', formatTime(first))).stdout).toContain('Change   — for 24 portfolios')
    const before = await run('--at', formatTime(addHours(first, -1)))
    expect(before.code).toBe(3)
    expect(before.stdout).toContain('Total    — USD, — in 24 h, 0.0 % of it priced')
    const none = documentOf(await run('--at', formatTime(addHours(first, -1)), '--json'))
    expect(none.summary?.totals).toMatchObject([{ value: null, change24h: null, coverage: 0 }])
  })
})

describe('one document, whatever happens', () => {
  test('errors before the first portfolio, and after some', async () => {
    const nowhere = await program(['value', '--json'], { cwd: temporaryFolder() })
    expect([nowhere.code, documentOf(nowhere).error?.code]).toEqual([10, 'NOT_INITIALISED'])
    const { file, run } = await place({ ...SMALL, portfolios: 2_500 })
    const usage = await run('--all', '--portfolio', 'x', '--json')
    expect([usage.code, documentOf(usage).error?.code]).toEqual([2, 'USAGE'])
    const sqlite = new (await loadSqlite())(file)
    sqlite.exec(`UPDATE portfolios SET holdings = '[ ]' WHERE owner = 'owner-001200' AND name = 'main'`)
    sqlite.close()
    const end = await run(...AT, '--json')
    const { portfolios, error, summary } = documentOf(end)
    expect([end.code, error?.code, summary]).toEqual([12, 'INTEGRITY', undefined])
    expect(portfolios?.length).toBe(2_000)
  })

  test('F6: SIGTERM in the middle: what is shown is stored, and the next run completes it', async () => {
    const { cwd, file, run } = await place({ ...SMALL, portfolios: 30_000 })
    // Once the first pages are on the disk.
    const since = until(() => (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 1e6)
    const kill = { afterMs: 0, since, signal: 'SIGTERM' } as const
    const end = await program(['value', ...AT, '--json'], { cwd, kill })
    const { portfolios = [], error } = documentOf(end)
    expect([end.code, error?.code]).toEqual([143, 'TERMINATED'])
    const { summary } = documentOf(await run(...AT, '--json'))
    const { added = 0, unchanged = 0 } = summary?.snapshots ?? {}
    expect(added + unchanged).toBe(30_000)
    expect(unchanged).toBeGreaterThanOrEqual(portfolios.length)
  })

  test('no portfolio at all is an empty list', async () => {
    const { run } = await place({ ...SMALL, portfolios: 0, assets: 1 })
    expect(documentOf(await run('--json'))).toMatchObject({ portfolios: [], summary: { portfolios: 0 } })
    const text = await run()
    expect([text.code, text.stdout, text.stderr]).toEqual([0, '', expect.stringContaining('tidemark init')])
  })
})

test('F33: 20,000 portfolios are valued in a heap of 150 MB', { timeout: 120_000 }, async () => {
  const { cwd } = await place({ portfolios: 20_000, assets: 1_000, holdings: 12, until: UNTIL })
  const env = { NODE_OPTIONS: '--max-old-space-size=150 --max-semi-space-size=8' }
  const end = await program(['value', ...AT, '--json'], { cwd, env })
  console.log(`value: ${end.peakMb ?? '?'} MB at most, ${Math.round(end.ms / 1000)} s`)
  expect(end.code, end.stderr.slice(0, 2_000)).toBe(0)
  expect(documentOf(end).portfolios).toHaveLength(20_000)
  expect(hourOf(Date.parse(documentOf(end).time ?? ''))).toBe(UNTIL)
  expect(end.peakMb ?? 0).toBeLessThan(256)
})
