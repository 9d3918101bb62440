import type { RowValue } from './checksum.ts'

export type Row = Record<string, RowValue>

/**
 * How values of one type stand in one table. `columns` lists every column but `checksum`, in the order in which the
 * first store declares them: the checksum is over the values in that order.
 */
export type Table<T> = {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, (value: T) => RowValue>>
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
  for (const name in table.columns) row[name] = (table.columns[name] as (value: T) => RowValue)(value)
  return row
}

export const text = (value: RowValue | undefined): string => value as string
export const textOrNull = (value: RowValue | undefined): string | null => value as string | null
export const int = (value: RowValue | undefined): number => value as number
export const intOrNull = (value: RowValue | undefined): number | null => value as number | null
export const numberOrNull = (value: RowValue | undefined): number | null => value as number | null
