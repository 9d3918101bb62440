import { byBytes } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Store } from '#pipeline/ports.ts'
import { CONTENT, contentHash, type ContentPart, type RowSource, type RowTarget } from './rows/content.ts'
import { columnNames, type Row } from './rows/row.ts'
import type { RowValue } from './rows/checksum.ts'

/** A store whose rows can be read and put as they are. */
export type ContentStore = Store & { readonly content: StoreContent }
export type StoreContent = {
  /** Every row as of one moment, where the store can do that; a row that does not match its checksum is an error. */
  source(): Promise<RowSource>
  target(): Promise<RowTarget>
}

export type CopyOptions = {
  /** Puts rows of the source in the place of those of the target that have the same keys and other content. */
  readonly overwrite?: boolean
  readonly onPart?: (table: string, rows: number, copied: number) => void
  readonly signal?: AbortSignal
}
export type Copied = {
  /** Rows read and rows put, by table. */
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly copied: number }>>
  /** The canonical hash, equal on both sides. */
  readonly hash: string
}

/**
 * Copies everything but leases from one store to another and compares the canonical hashes in the end. Rows that are
 * there already are passed over, so that a copy that was cut off goes on when it is called again.
 * @throws TidemarkError INPUT_INVALID when the target holds what the source does not (nothing is written then);
 *   INTEGRITY when the two differ in the end; INTERRUPTED after the signal
 */
export async function copyStore(
  from: ContentStore,
  to: ContentStore,
  options: CopyOptions = {},
): Promise<Copied> {
  const source = await from.content.source()
  try {
    await refuseForeign(source, to, options)
    const tables = await copyParts(source, to, options)
    const [hash, found] = [await contentHash(source), await to.canonicalHash()]
    if (hash === found) return { tables, hash }
    throw new TidemarkError('INTEGRITY', {
      message: `The copy is not what the source holds: sha-256 ${found} in place of ${hash}.`,
      fix: 'Let nothing write to the target meanwhile, and copy again; "tidemark verify" checks each of the two.',
    })
  } finally {
    await source.close()
  }
}

const PIECE_ROWS = 500
const PIECE_BYTES = 4_000_000

async function copyParts(source: RowSource, to: ContentStore, options: CopyOptions) {
  const tables: Record<string, { rows: number; copied: number }> = {}
  const present = await to.content.source()
  const target = await to.content.target()
  try {
    for (const part of CONTENT) {
      const count = { rows: 0, copied: 0 }
      const piece = new Piece(target, part)
      for await (const { wanted, found } of pairs(source, present, part)) {
        refuseInterrupted(options.signal)
        if (wanted === null) continue
        count.rows++
        if (found !== null && sameRow(part, wanted, found)) continue
        count.copied++
        await piece.add(wanted)
      }
      await piece.put()
      tables[part.table.name] = count
      options.onPart?.(part.table.name, count.rows, count.copied)
    }
    await target.finish()
  } finally {
    await present.close()
  }
  return tables
}

/** Rows on their way to one table, put in pieces of bounded size. */
class Piece {
  private readonly target: RowTarget
  private readonly part: ContentPart
  private rows: Row[] = []
  private bytes = 0

  constructor(target: RowTarget, part: ContentPart) {
    this.target = target
    this.part = part
  }

  async add(row: Row): Promise<void> {
    this.rows.push(row)
    for (const value of Object.values(row)) if (value instanceof Uint8Array) this.bytes += value.length
    if (this.rows.length >= PIECE_ROWS || this.bytes >= PIECE_BYTES) await this.put()
  }

  async put(): Promise<void> {
    if (this.rows.length === 0) return
    await this.target.put(this.part, this.rows)
    this.rows = []
    this.bytes = 0
  }
}

/** What the target holds and the source does not would stand beside the copy and count with it. */
async function refuseForeign(source: RowSource, to: ContentStore, options: CopyOptions): Promise<void> {
  const present = await to.content.source()
  try {
    for (const part of CONTENT) {
      for await (const { wanted, found } of pairs(source, present, part, 'found')) {
        refuseInterrupted(options.signal)
        if (found === null) continue
        const key = `${part.table.name} ${part.table.key.map((name) => String(found[name])).join(' ')}`
        if (wanted === null) throw foreignError(`${key} is not in the source`, 'Copy into an empty store.')
        if (options.overwrite === true || sameRow(part, wanted, found)) continue
        throw foreignError(
          `${key} differs from the source`,
          'Copy into an empty store, or replace such rows with --overwrite.',
        )
      }
    }
  } finally {
    await present.close()
  }
}

function foreignError(found: string, fix: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `The target of the copy holds other data (${found}); nothing was copied.`,
    fix,
  })
}

type Pair = { readonly wanted: Row | null; readonly found: Row | null }

/** Rows of two sources side by side by their keys; with `until` found it ends with the rows of the second. */
async function* pairs(
  source: RowSource,
  present: RowSource,
  part: ContentPart,
  until: 'both' | 'found' = 'both',
): AsyncGenerator<Pair> {
  const [left, right] = [
    source.rows(part)[Symbol.asyncIterator](),
    present.rows(part)[Symbol.asyncIterator](),
  ]
  try {
    let found = await nextRow(right)
    if (found === null && until === 'found') return
    let wanted = await nextRow(left)
    while (wanted !== null || found !== null) {
      if (found === null && until === 'found') return
      const order = wanted === null ? 1 : found === null ? -1 : compareRows(part, wanted, found)
      yield { wanted: order <= 0 ? wanted : null, found: order >= 0 ? found : null }
      if (order <= 0) wanted = await nextRow(left)
      if (order >= 0) found = await nextRow(right)
    }
  } finally {
    await left.return?.(undefined)
    await right.return?.(undefined)
  }
}

async function nextRow(rows: AsyncIterator<Row>): Promise<Row | null> {
  const next = await rows.next()
  return next.done === true ? null : next.value
}

function compareRows(part: ContentPart, a: Row, b: Row): number {
  for (const name of part.order) {
    const order = compareValues(a[name], b[name])
    if (order !== 0) return order
  }
  return 0
}

function compareValues(a: RowValue | undefined, b: RowValue | undefined): number {
  if (typeof a === 'string' && typeof b === 'string') return byBytes(a, b)
  return Number(a) - Number(b)
}

function sameRow(part: ContentPart, a: Row, b: Row): boolean {
  return columnNames(part.table).every((name) => sameValue(a[name], b[name]))
}

function sameValue(a: RowValue | undefined, b: RowValue | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  return a === b
}

function refuseInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new TidemarkError('INTERRUPTED', {
    message: 'The copy was interrupted.',
    fix: 'Run the same command again: it goes on where it was.',
  })
}
