import { resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import { TidemarkError } from '#core/errors.ts'
import type { Damage, StoreCare } from '#pipeline/ports.ts'
import { connectReader, loadSqlite, withFunctions, type Sqlite } from '../connect.ts'
import { APPLICATION_ID, lostCommits, storedCommits } from '../identity.ts'
import { latestVersion } from '../migrate.ts'
import { MIGRATIONS } from '../migrations/list.ts'
import { storedColumns, type Migration } from '../migrations/migration.ts'
import { seenCommits } from '../seen.ts'
import { wrongRevisions } from './revisions.ts'

export type Verified = Awaited<ReturnType<StoreCare['verify']>>

const RESTORE = 'Run "tidemark restore FILE" with the newest good backup.'
const RECOMPUTE: Readonly<Record<string, string>> = {
  chunks: `${RESTORE} Without one, delete the row and run "tidemark backfill".`,
  batches: `${RESTORE} Or run "tidemark pnl --rebuild", which computes it again.`,
  pnl_months: `${RESTORE} Or run "tidemark pnl --rebuild", which computes it again.`,
  snapshots: `${RESTORE} Or run "tidemark value --at HOUR" with its hour, which replaces it.`,
}
const MOST_DAMAGE_PER_TABLE = 100

/**
 * Checks every page, row, checksum and revision of a store file, through a connection of its own.
 * Never throws: what cannot be read is damage too.
 */
export async function verifyFile(
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Verified> {
  const file = resolve(path)
  const report: Report = { file, checked: {}, damage: [] }
  const driver = await loadSqlite()
  const seen = seenCommits(file) // before the store is read, so that a commit in between is no loss
  attempt(report, file, () => {
    const { sqlite, release } = connectReader(driver, file)
    try {
      sqlite.exec('BEGIN')
      checkAll(report, sqlite, reference(driver, migrations), seen)
    } finally {
      sqlite.close()
      release()
    }
  })
  return { checked: report.checked, damage: report.damage }
}

type Report = { readonly file: string; readonly checked: Record<string, number>; readonly damage: Damage[] }
type Reference = { readonly version: number; readonly schema: readonly string[] }

function checkAll(report: Report, sqlite: Database, reference: Reference, seen: number): void {
  attempt(report, 'header', () => checkHeader(report, sqlite, reference))
  attempt(report, 'pages', () => checkPages(report, sqlite))
  attempt(report, 'commits', () => {
    const lost = lostCommits(report.file, storedCommits(sqlite), seen)
    if (lost !== null) report.damage.push({ place: 'write-ahead log', ...lost })
  })
  let tables: string[] = []
  attempt(report, 'schema', () => {
    tables = sqlite
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
  })
  for (const table of tables) attempt(report, table, () => checkRows(report, sqlite, table))
  attempt(report, 'revisions', () => {
    for (const found of wrongRevisions(sqlite)) report.damage.push({ ...found, fix: fixOf(found.table) })
  })
}

function checkHeader(report: Report, sqlite: Database, reference: Reference): void {
  const expect = (place: string, found: unknown, wanted: unknown) => {
    if (found !== wanted)
      report.damage.push({ place, found: `${String(found)} in place of ${String(wanted)}`, fix: RESTORE })
  }
  expect('application id', sqlite.pragma('application_id', { simple: true }), APPLICATION_ID)
  const version = sqlite.pragma('user_version', { simple: true })
  expect('schema version', version, reference.version)
  const noted = sqlite.prepare("SELECT value FROM meta WHERE key = 'schema'").pluck().get()
  expect('schema version in meta', noted, String(reference.version))
  const schema = schemaOf(sqlite)
  for (const [index, wanted] of reference.schema.entries()) expect('schema', schema[index], wanted)
  expect('number of tables and indexes', schema.length, reference.schema.length)
}

function checkPages(report: Report, sqlite: Database): void {
  const found = sqlite.pragma('integrity_check(100)') as { integrity_check: string }[]
  for (const { integrity_check: line } of found)
    if (line !== 'ok') report.damage.push({ place: 'pages', found: line, fix: RESTORE })
  const orphans = sqlite.pragma('foreign_key_check') as { table: string; rowid: number }[]
  for (const { table, rowid } of orphans)
    report.damage.push({ place: `${table} ${rowid}`, found: 'refers to a row that is gone', fix: RESTORE })
  report.checked['pages'] = sqlite.pragma('page_count', { simple: true }) as number
}

function checkRows(report: Report, sqlite: Database, table: string): void {
  report.checked[table] = sqlite.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number
  const columns = storedColumns(sqlite, table)
  const key = sqlite
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table)
  const names = (key.length > 0 ? key : columns.filter((name) => KEY_OF_ROWS.has(name))).join(', ')
  const wrong = sqlite
    .prepare(
      `SELECT ${names} FROM "${table}" WHERE checksum IS NOT row_sum(${columns.join(', ')}) LIMIT ${MOST_DAMAGE_PER_TABLE}`,
    )
    .raw()
  for (const row of wrong.iterate())
    report.damage.push({
      place: `${table} ${(row as unknown[]).join(' ')}`,
      found: 'the row does not match its checksum',
      fix: fixOf(table),
    })
}

/** Key columns of the tables that are kept by row number: `chunks`, `batches`, `snapshots` and `records`. */
const KEY_OF_ROWS = new Set([
  'owner',
  'portfolio',
  'time',
  'asset',
  'quote',
  'provider',
  'wallet',
  'chain',
  'month',
  'kind',
  'key',
])

const fixOf = (table: string): string => RECOMPUTE[table] ?? RESTORE

/** Runs one check; what it throws becomes damage at its place. */
function attempt(report: Report, place: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    const fix = error instanceof TidemarkError ? error.fix : RESTORE
    report.damage.push({ place, found: `cannot be read: ${found}`, fix })
  }
}

/** The schema as the migrations make it, to compare with: a flipped byte in a definition changes what rows mean. */
function reference(driver: Sqlite, migrations: readonly Migration[]): Reference {
  const fresh = withFunctions(new driver(':memory:'))
  try {
    for (const step of migrations) step.up(fresh)
    return { version: latestVersion(migrations), schema: schemaOf(fresh) }
  } finally {
    fresh.close()
  }
}

function schemaOf(sqlite: Database): string[] {
  return sqlite
    .prepare<[], string>(
      "SELECT concat_ws(' ', type, name, tbl_name, sql) FROM sqlite_schema ORDER BY type, name",
    )
    .pluck()
    .all()
}
