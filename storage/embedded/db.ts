import type { Database, Statement } from 'better-sqlite3'
import { rowSum, type RowValue } from '../rows/checksum.ts'
import { damagedError, readOnlyError, storeError } from './errors.ts'
import { SeenWriter } from './seen.ts'
import { columnNames, toRow, type Row, type Shape, type Table } from '../rows/row.ts'
import { replaceSql, selectSql, whereKey } from './sql.ts'

/** Called at named points around each write; crash tests end the process there. */
export type Failpoint = (name: string) => void

type Params = Readonly<Record<string, RowValue>>
type Prepared = Statement<[Params], Row>

/** One connection to the store file: transactions, checked rows, and errors in the project's words. */
export class Db {
  readonly file: string
  readonly sqlite: Database
  /** Opens another connection to the same file in the same way. */
  readonly sibling: () => Db
  readonly failpoint: Failpoint
  private readonly onClose: () => void
  private readonly seen: SeenWriter
  private readonly statements = new Map<string, Prepared>()

  constructor(
    file: string,
    sqlite: Database,
    more: Pick<Db, 'sibling' | 'failpoint'> & { onClose: () => void },
  ) {
    this.file = file
    this.sqlite = sqlite
    this.failpoint = more.failpoint
    this.sibling = more.sibling
    this.onClose = more.onClose
    this.seen = new SeenWriter(file)
  }

  /** Everything read inside sees one moment of the store. */
  read<T>(work: () => T): T {
    return this.transaction('BEGIN', work)
  }

  /**
   * One transaction that holds the write lock from its start. When it returns, the change is on the disk.
   * @param changed whether the result changed anything; by default, whether a row was written
   */
  write<T>(name: string, work: () => T, changed?: (result: T) => boolean): T {
    // Also a write that would find nothing to change: the caller is to learn it at the first one.
    if (this.sqlite.readonly) throw readOnlyError(this.file)
    this.failpoint(`${name}:before`)
    let commits: number | null = null
    const result = this.transaction('BEGIN IMMEDIATE', () => {
      const before = this.totalChanges()
      const value = work()
      if (changed?.(value) ?? this.totalChanges() !== before) commits = this.countCommit()
      this.failpoint(`${name}:written`)
      return value
    })
    this.failpoint(`${name}:committed`)
    if (commits !== null) this.seen.record(commits)
    return result
  }

  /** Rows of a table in the order of `tail`, each checked against its checksum. */
  all<T>(table: Table<T>, tail: string, params: Params = {}): T[] {
    return this.prepare(selectSql(table, tail))
      .all(params)
      .map((row) => this.checked(table, row))
  }

  /** Like `all`, for many rows: they are read as arrays, which costs half of what rows by name do. */
  page<T>(table: Table<T>, tail: string, params: Params = {}): T[] {
    const names = columnNames(table)
    return this.arrays(`${selectSql(table, tail)} --`, params).map((values) => {
      const sum = values.pop()
      const row: Row = {}
      for (let at = 0; at < names.length; at++) row[names[at] as string] = values[at] as RowValue
      return rowSum(values) === sum ? table.read(row) : this.checked(table, row)
    })
  }

  /** Rows of a query as arrays of its columns, which costs half of what rows by name do. */
  arrays(sql: string, params: Params = {}): RowValue[][] {
    return this.prepare(sql).raw().all(params) as unknown as RowValue[][]
  }

  /** Runs a statement with its values counted off, which costs a good deal less than names for many rows. */
  run(sql: string, values: readonly RowValue[]): void {
    this.prepare(sql).run(values as never)
  }

  /** The row with the key columns of `params`, or null. */
  get<T>(table: Table<T>, params: Params): T | null {
    const row = this.prepare(selectSql(table, whereKey(table))).get(params)
    return row === undefined ? null : this.checked(table, row)
  }

  /** Puts a row in the place of the one with its key, when it differs. */
  put<T>(table: Table<T>, value: T): 'added' | 'changed' | 'unchanged' {
    const row = toRow(table, value)
    const present = this.prepare(selectSql(table, whereKey(table))).get(keyOf(table, row))
    if (present !== undefined && columnNames(table).every((name) => same(present[name], row[name])))
      return 'unchanged'
    this.prepare(replaceSql(table)).run(row)
    return present === undefined ? 'added' : 'changed'
  }

  /** Deletes the row with the key columns of `params`; false when there was none. */
  remove(table: Shape, params: Params): boolean {
    return this.prepare(`DELETE FROM ${table.name} ${whereKey(table)}`).run(params).changes > 0
  }

  /** A statement, compiled once per connection. */
  prepare(sql: string): Prepared {
    const known = this.statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.sqlite.prepare<[Params], Row>(sql)
    this.statements.set(sql, prepared)
    return prepared
  }

  checked<T>(table: Table<T>, row: Row): T {
    const values = columnNames(table).map((name) => row[name] as RowValue)
    if (rowSum(values) !== row['checksum']) {
      const key = table.key.map((name) => String(row[name])).join(' ')
      throw damagedError(this.file, `a row of ${table.name} (${key}) does not match its checksum`)
    }
    return table.read(row)
  }

  /** Inside a write: counts on from `seen` commits where the store has fewer. */
  skipCommits(seen: number): void {
    if (this.commits() < seen) this.setCommits(seen)
  }

  close(): void {
    this.seen.close()
    this.sqlite.close()
    this.onClose()
  }

  private transaction<T>(begin: string, work: () => T): T {
    try {
      this.sqlite.exec(begin)
      const result = work()
      this.sqlite.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.sqlite.open && this.sqlite.inTransaction) this.sqlite.exec('ROLLBACK')
      throw storeError(error, this.file)
    }
  }

  private totalChanges(): number {
    return this.prepare('SELECT total_changes() AS n').get({})?.['n'] as number
  }

  private countCommit(): number {
    const next = this.commits() + 1
    this.setCommits(next)
    return next
  }

  /** How many commits have changed the store, by whatever process. */
  commits(): number {
    return Number(this.prepare("SELECT value FROM meta WHERE key = 'commits'").get({})?.['value'] ?? 0)
  }

  private setCommits(count: number): void {
    const sql = "UPDATE meta SET value = @value, checksum = row_sum(key, @value) WHERE key = 'commits'"
    this.prepare(sql).run({ value: String(count) })
  }
}

function keyOf(table: Shape, row: Row): Row {
  return Object.fromEntries(table.key.map((name) => [name, row[name] as RowValue]))
}

function same(a: RowValue | undefined, b: RowValue | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return a === b
}
