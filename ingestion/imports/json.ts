import { isLosslessNumber, parse } from 'lossless-json'
import { TidemarkError } from '#core/errors.ts'
import { hasColumns } from './head.ts'
import type { Format } from './format.ts'

// Read whole: a JSON export of two hundred thousand activities has some sixty megabytes.
const MOST_BYTES = 256 * 1024 * 1024

/** A JSON export as a table: its columns, and rows whose line is the number of the entry in the list, from 1. */
export type JsonTable = {
  readonly format: Format
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Takes the list of a JSON export apart. Numbers keep all their digits.
 * @throws TidemarkError INPUT_INVALID for what is no JSON, or has no list that a format knows
 */
export async function readJson(input: AsyncIterable<Buffer>, formats: readonly Format[]): Promise<JsonTable> {
  const document = parsed(await whole(input))
  for (const format of formats) {
    if (format.list === undefined) continue
    const list = Array.isArray(document) ? document : (document as Record<string, unknown>)[format.list]
    const entries = Array.isArray(list) ? (list as unknown[]).map(flattened) : []
    const header = [...new Set(entries.flatMap((entry) => [...entry.keys()]))]
    if (entries.length > 0 && !hasColumns(format, header)) continue
    if (!Array.isArray(list)) continue
    return { format, header, rows: entries.map((entry) => header.map((name) => entry.get(name) ?? '')) }
  }
  throw new TidemarkError('INPUT_INVALID', {
    message: 'The JSON in this file is of no format that is known.',
    fix: 'Ghostfolio exports a list "activities"; for anything else save a CSV, or write a mapping with "list:".',
  })
}

async function whole(input: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of input) {
    size += piece.length
    if (size > MOST_BYTES) throw invalid('is larger than 256 MB', 'Export it in parts.')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\ufeff/, '')
}

function parsed(text: string): object {
  try {
    const document = parse(text)
    if (typeof document === 'object' && document !== null) return document
  } catch (error) {
    throw invalid(
      `is damaged: ${error instanceof Error ? error.message.slice(0, 200) : 'no JSON'}`,
      'Export it again.',
    )
  }
  throw invalid('holds no list', 'Export it again.')
}

const invalid = (what: string, fix: string): TidemarkError =>
  new TidemarkError('INPUT_INVALID', { message: `The JSON file ${what}.`, fix })

/** Objects in objects that are looked into; no export has more than one. */
const DEEPEST = 4

/** Fields of an entry as text; those of an object inside of it as `SymbolProfile.symbol`. */
function flattened(entry: unknown): ReadonlyMap<string, string> {
  // A map: a field may be called `__proto__` or `constructor`.
  const fields = new Map<string, string>()
  const add = (name: string, value: unknown, depth: number): void => {
    if (value === null || value === undefined) fields.set(name, '')
    else if (isLosslessNumber(value)) fields.set(name, value.value)
    else if (typeof value === 'string' || typeof value === 'boolean') fields.set(name, String(value))
    else if (Array.isArray(value)) fields.set(name, JSON.stringify(value))
    else if (depth < DEEPEST)
      for (const [inner, each] of Object.entries(value)) add(`${name}.${inner}`, each, depth + 1)
  }
  if (typeof entry === 'object' && entry !== null)
    for (const [name, value] of Object.entries(entry)) add(name, value, 0)
  return fields
}
