import { columnNames, type Shape } from '../rows/row.ts'

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
