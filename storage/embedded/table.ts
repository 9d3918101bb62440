import type { SqlValue } from './checksum.ts'

export type Row = Record<string, SqlValue>

/**
 * How values of one type stand in one table. `columns` lists every column but `checksum`, in the order in which the
 * schema declares them: the checksum is over the values in that order.
 */
export type Table<T> = {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, (value: T) => SqlValue>>
  readonly read: (row: Row) => T
}

export type Shape = Pick<Table<never>, 'name' | 'key'> & {
  readonly columns: Readonly<Record<string, unknown>>
}

/** Column names of a table, without its checksum. */
export function columnNames(table: Shape): string[] {
  return Object.keys(table.columns)
}

export function toRow<T>(table: Table<T>, value: T): Row {
  const row: Row = {}
  for (const name in table.columns) row[name] = (table.columns[name] as (value: T) => SqlValue)(value)
  return row
}

export function selectSql(table: Shape, tail: string): string {
  return `SELECT ${columnNames(table).join(', ')}, checksum FROM ${table.name} ${tail}`
}

export const whereKey = (table: Shape): string =>
  `WHERE ${table.key.map((name) => `${name} = @${name}`).join(' AND ')}`

/** Inserts a row or replaces the one with the same key. */
export function replaceSql(table: Shape): string {
  const names = columnNames(table)
  const values = names.map((name) => `@${name}`).join(', ')
  const updates = [...names.filter((name) => !table.key.includes(name)), 'checksum']
  return (
    `INSERT INTO ${table.name} (${names.join(', ')}, checksum) VALUES (${values}, row_sum(${values})) ` +
    `ON CONFLICT (${table.key.join(', ')}) DO UPDATE SET ` +
    updates.map((name) => `${name} = excluded.${name}`).join(', ')
  )
}

/** Values as JSON `[…]`, for `IN (SELECT value FROM json_each(?))`: one statement for lists of every length. */
export const jsonList = (values: readonly string[]): string => JSON.stringify(values)

export const text = (value: SqlValue | undefined): string => value as string
export const textOrNull = (value: SqlValue | undefined): string | null => value as string | null
export const int = (value: SqlValue | undefined): number => value as number
export const intOrNull = (value: SqlValue | undefined): number | null => value as number | null
