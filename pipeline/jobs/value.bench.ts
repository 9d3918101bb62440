import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Hour } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { loadSqlite } from '#storage/embedded/connect.ts'
import { openStore } from '#storage/open.ts'
import type { ContentStore } from '#storage/copy.ts'
import { columnNames } from '#storage/rows/row.ts'
import { snapshotTable } from '#storage/rows/snapshots.ts'
import { median, timed, type Bench } from '#tests/bench/measure.ts'
import { USD, assetName, inFolder } from '#tests/bench/years.ts'
import { fillCrowd, type Crowd } from '#tests/support/many-portfolios.ts'
import type { Snapshot } from '../ports.ts'
import { PAGE, valuePortfolios } from './value.ts'

const UNTIL = Date.UTC(2025, 9, 20, 12) as Hour
const CROWD: Crowd = { portfolios: 125_000, assets: 2_000, holdings: 12, until: UNTIL }
const PAIRS = 3
const GROUP = 32

function pagesOf(store: ContentStore, persist: boolean) {
  const request = { portfolio: null, time: UNTIL, now: UNTIL, persist }
  return valuePortfolios(request, store, DEFAULT_SETTINGS, new AbortController().signal)
}

/** Values all of them at an hour and stores the snapshots. */
async function value(store: ContentStore): Promise<void> {
  for await (const { written } of pagesOf(store, true))
    if (written.unchanged > 0) throw new Error('nothing was written')
}

/** Reads and writes the same through the store, and values nothing. */
async function move(store: ContentStore, snapshots: readonly Snapshot[]): Promise<void> {
  const month = monthOf(UNTIL)
  for (let at = 0; at < CROWD.assets; at += GROUP) {
    const assets = Array.from({ length: Math.min(GROUP, CROWD.assets - at) }, (_, n) => assetName(at + n))
    await store.chunks({ assets, quote: USD, from: month, to: month })
  }
  let after: Portfolio | null = null
  for (let at = 0; at < snapshots.length; at += PAGE) {
    const page: Portfolio[] = await store.portfolioPage({ after, limit: PAGE })
    after = page.at(-1) ?? null
    await store.writeSnapshots(snapshots.slice(at, at + PAGE))
  }
}

/** What is written, made beforehand. */
async function made(store: ContentStore): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = []
  for await (const { valued } of pagesOf(store, false))
    for (const { snapshot } of valued) snapshots.push(snapshot)
  return snapshots
}

/** The bare driver on a file of the same schema: the same rows read, the same rows written, page by page. */
class Bare {
  private readonly sqlite: Database
  private readonly rows: readonly (readonly unknown[])[]

  constructor(sqlite: Database) {
    this.sqlite = sqlite
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) sqlite.pragma(pragma)
    this.rows = sqlite.prepare('SELECT * FROM snapshots ORDER BY owner, portfolio').raw().all() as never
  }

  clear(): void {
    this.sqlite.exec('DELETE FROM snapshots')
    this.sqlite.pragma('wal_checkpoint(TRUNCATE)')
  }

  run(): void {
    const chunks = this.sqlite.prepare('SELECT * FROM chunks WHERE asset = ?').raw()
    for (const asset of this.sqlite.prepare('SELECT asset FROM chunks').pluck().all()) chunks.all(asset)
    const page = this.sqlite
      .prepare('SELECT * FROM portfolios WHERE (owner, name) > (?, ?) ORDER BY owner, name LIMIT ?')
      .raw()
    const places = [...columnNames(snapshotTable), 'checksum'].map(() => '?').join(', ')
    const insert = this.sqlite.prepare(`INSERT INTO snapshots VALUES (${places})`)
    let after: unknown[] = ['', '']
    for (let at = 0; at < this.rows.length; at += PAGE) {
      const read = page.all(...after, PAGE) as unknown[][]
      after = (read.at(-1) ?? []).slice(0, 2)
      this.sqlite.exec('BEGIN IMMEDIATE')
      for (const row of this.rows.slice(at, at + PAGE)) insert.run(...row)
      this.sqlite.exec('COMMIT')
    }
  }
}

/** Neither pays for the rubbish that the other left. */
const settle = () => (globalThis as { gc?: () => void }).gc?.()

export const benches: Bench[] = [
  {
    name: `${CROWD.portfolios.toLocaleString('en')} portfolios of ${CROWD.holdings} holdings over ${CROWD.assets.toLocaleString('en')} assets valued at an hour`,
    run: () =>
      inFolder(async (folder) => {
        const file = join(folder, 'bench.db')
        const store = await openStore({ kind: 'embedded', file, create: true })
        await fillCrowd(store, CROWD)
        const before = process.resourceUsage().maxRSS
        const own = [await timed(() => value(store))]
        const peakMb = Math.max(before, process.resourceUsage().maxRSS) / 1024
        const bare = new Bare(new (await loadSqlite())(file))
        const snapshots = await made(store)
        const [moved, driver]: [number[], number[]] = [[], []]
        const fresh = (work: () => unknown) => {
          bare.clear()
          settle()
          return timed(work)
        }
        for (let pair = 0; pair < PAIRS; pair++) {
          moved.push(await fresh(() => move(store, snapshots)))
          own.push(await fresh(() => value(store)))
          driver.push(await fresh(() => bare.run()))
        }
        const ratioTo = (other: readonly number[]) =>
          median(other.map((ms, pair) => (own[pair + 1] as number) / ms))
        await store.close()
        const seconds = median(own) / 1000
        const each = (seconds * 1e6) / CROWD.portfolios
        const ours = { name: 'holdings times marks, quality, coverage, change over 24 h, a snapshot of each' }
        return [
          {
            ...ours,
            against: 'reading and writing the same through the store, and valuing nothing',
            limit: 2,
            ratio: ratioTo(moved),
            oursMs: median(own),
            referenceMs: median(moved),
            notes: [
              `${seconds.toFixed(1)} s for ${CROWD.portfolios.toLocaleString('en')} (≤ 60 s on two cores), ${each.toFixed(0)} µs each`,
              `${peakMb.toFixed(0)} MB at most, with what it was filled by`,
            ],
          },
          {
            ...ours,
            against: 'the bare driver: no checksum, no JSON, nothing looked at',
            limit: null,
            ratio: ratioTo(driver),
            oursMs: median(own),
            referenceMs: median(driver),
          },
        ]
      }),
  },
]
