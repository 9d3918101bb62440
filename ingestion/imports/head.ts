import { parse } from 'csv-parse/sync'
import { FLOW_COLUMNS, REQUIRED_FLOW_COLUMNS } from '../flows-csv/columns.ts'
import type { Format } from './format.ts'

/** What the beginning of a file says it is. */
export type Found =
  | { readonly kind: 'flows' }
  | { readonly kind: 'json' }
  | { readonly kind: 'binary'; readonly what: string }
  | { readonly kind: 'table'; readonly format: Format; readonly delimiter: string; readonly line: number }
  /** None of the formats; the first line's fields, by the separator that gives most of them. */
  | { readonly kind: 'unknown'; readonly fields: readonly string[] }

const DELIMITERS = [',', ';', '\t', '|']
// Exports begin with a few lines about the account; the columns are named soon after.
const LINES = 30

/** Recognises a file by its first bytes: the format whose columns are all there, the one with most of them first. */
export function recognise(head: Buffer, formats: readonly Format[]): Found {
  const binary = binaryKind(head)
  if (binary !== null) return { kind: 'binary', what: binary }
  const text = head.toString('utf8').replace(/^\ufeff/, '')
  if (/^\s*[[{]/.test(text)) return { kind: 'json' }
  const lines = text.split(/\r\n|\n|\r/).slice(0, LINES)
  const tables = lines.flatMap((line, at) => tablesIn(line, at + 1, formats))
  const best = tables.sort((a, b) => b.format.header.length - a.format.header.length || a.line - b.line)[0]
  if (best !== undefined) return best
  const first = lines.find((line) => line.trim() !== '') ?? ''
  const known = DELIMITERS.map((delimiter) => fieldsOf(first, delimiter)).sort((a, b) => b.length - a.length)
  const fields = known[0] ?? []
  const names = fields.map((field) => field.trim().toLowerCase())
  const ours = names.filter((name) => (FLOW_COLUMNS as readonly string[]).includes(name)).length
  const all = REQUIRED_FLOW_COLUMNS.every((name) => names.includes(name))
  return all || ours * 2 > names.length || first === '' ? { kind: 'flows' } : { kind: 'unknown', fields }
}

function tablesIn(line: string, at: number, formats: readonly Format[]) {
  return DELIMITERS.flatMap((delimiter) => {
    if (!line.includes(delimiter)) return []
    const fields = fieldsOf(line, delimiter)
    return formats
      .filter((format) => format.list === undefined && hasColumns(format, fields))
      .map((format) => ({ kind: 'table' as const, format, delimiter, line: at }))
  })
}

function fieldsOf(line: string, delimiter: string): string[] {
  try {
    const [fields] = parse(line, { delimiter, relax_quotes: true, relax_column_count: true })
    return fields ?? []
  } catch {
    return line.split(delimiter)
  }
}

/** Names of columns as a format calls them: trimmed, by its aliases, a second one of a name as `Name#2`. */
export function columnNames(format: Format, fields: readonly string[]): string[] {
  const aliases = new Map(
    Object.entries(format.aliases ?? {}).map(([other, name]) => [other.toLowerCase(), name]),
  )
  const seen = new Map<string, number>()
  return fields.map((field) => {
    const name = field.trim()
    const nth = (seen.get(name.toLowerCase()) ?? 0) + 1
    seen.set(name.toLowerCase(), nth)
    return nth > 1 ? `${name}#${nth}` : (aliases.get(name.toLowerCase()) ?? name)
  })
}

/** Whether all columns are there by which a format is known. */
export function hasColumns(format: Format, fields: readonly string[]): boolean {
  const names = new Set(columnNames(format, fields).map((name) => name.toLowerCase()))
  return format.header.every((name) => names.has(name.toLowerCase()))
}

function binaryKind(head: Buffer): string | null {
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'an Excel or ZIP file'
  if (head[0] === 0xd0 && head[1] === 0xcf) return 'an Excel file'
  if (head[0] === 0x1f && head[1] === 0x8b) return 'a compressed file (gzip)'
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    return 'text in UTF-16'
  if (head.subarray(0, 4).toString('latin1') === '%PDF') return 'a PDF'
  return head.includes(0) ? 'no text' : null
}
