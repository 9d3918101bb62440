import type { Database } from 'better-sqlite3'
import type { Flow } from '#core/flow.ts'
import type { FlowImport } from '#pipeline/ports.ts'
import { loadSqlite, withFunctions } from '../embedded/connect.ts'
import {
  ADDED_ROWS,
  CREATE_STAGING,
  FIND_GONE,
  INDEX_STAGED,
  INSERT_STAGED,
  KEEP_OTHERS,
  KEEP_OWN,
  MOVED_MONTHS,
  PLACE,
} from '../embedded/flow-import-sql.ts'
import type { RowValue } from '../rows/checksum.ts'
import { flowTable, spanOf } from '../rows/flows.ts'
import { columnNames, int, text, toRow, type Row } from '../rows/row.ts'
import { plain } from './documents.ts'
import type { FlowDocument } from './flow-documents.ts'

type Scope = Pick<FlowImport, 'owner' | 'book' | 'source' | 'file' | 'mode' | 'span'>

const COLUMNS = columnNames(flowTable)
/** Columns of the flows that stand already which an import asks for. */
export const MIRRORED = [
  ...['owner', 'book', 'id', 'source', 'time', 'month', 'asset', 'quantity', 'wallet', 'tx', 'log_index'],
  ...PLACE,
]

const CREATE_MIRROR = `
CREATE TABLE main.flows (${COLUMNS.join(', ')}, checksum, document);
CREATE INDEX main.flows_by_id ON flows (owner, book, id);
CREATE INDEX main.flows_by_tx ON flows (owner, tx);
CREATE INDEX main.flows_by_edited_tx ON flows (owner, tx) WHERE replaced_by IS NOT NULL AND tx IS NOT NULL;
CREATE INDEX main.flows_by_replacement ON flows (owner, book, replaced_by) WHERE replaced_by IS NOT NULL;`

const INSERT_MIRRORED = `INSERT INTO main.flows (${MIRRORED.join(', ')}, retired, replaced_by, document)
  VALUES (${MIRRORED.map((name) => `@${name}`).join(', ')}, @retired, @replaced_by, @document)`

const FRESH_TX = `SELECT DISTINCT i.tx FROM temp.incoming i
  WHERE i.tx <> '' AND i.tx > @after
    AND NOT EXISTS (SELECT 1 FROM main.flows f WHERE f.owner = @owner AND f.book = @book AND f.id = i.id)
  ORDER BY i.tx LIMIT @limit`

const ORDER_ADDED = `CREATE TEMP TABLE added AS SELECT i.rowid AS at FROM ${ADDED_ROWS}`
const ADDED = `SELECT ${COLUMNS.map((name) => `i.${name}`).join(', ')}, a.rowid AS place
  FROM temp.added a JOIN temp.incoming i ON i.rowid = a.at WHERE a.rowid > @after ORDER BY a.rowid LIMIT @limit`

const GONE = `SELECT f.document, f.rowid AS place FROM main.flows f
  WHERE f.rowid > @after AND f.owner = @owner AND f.book = @book AND f.id IN (SELECT id FROM temp.gone)
  ORDER BY f.rowid LIMIT @limit`
const FIRST_GONE = `SELECT document FROM main.flows
  WHERE owner = @owner AND book = @book AND id IN (SELECT id FROM temp.gone) ORDER BY time, id LIMIT 100`

const TOUCHED = `SELECT f.document, ${PLACE.map((name) => `i.${name}`).join(', ')}, i.rowid AS place
  FROM temp.incoming i JOIN main.flows f ON f.owner = @owner AND f.book = @book AND f.id = i.id
  WHERE i.rowid > @after AND f.source = @source AND f.retired IS NULL AND (${PLACE.map((name) => `f.${name} IS NOT i.${name}`).join(' OR ')})
  ORDER BY i.rowid LIMIT @limit`

const PAGE = 500

/**
 * What an import brings beside what stands already, in a database of its own on this machine's disk, gone when it is
 * closed. The questions are those of the embedded store in its own words, so that an import means the same there and
 * here; a million rows stream through in bounded memory.
 */
export class Staging {
  private readonly sqlite: Database
  private readonly scope: Scope

  private constructor(sqlite: Database, scope: Scope) {
    this.sqlite = sqlite
    this.scope = scope
  }

  static async open({ owner, book, source, file, mode, span }: Scope): Promise<Staging> {
    const driver = await loadSqlite()
    const sqlite = withFunctions(new driver(''))
    // Nothing here outlives the process.
    sqlite.pragma('synchronous = OFF')
    sqlite.exec(CREATE_MIRROR + CREATE_STAGING)
    const scope = { owner, book, source, file, mode }
    return new Staging(sqlite, span === undefined ? scope : { ...scope, span })
  }

  /** A flow belongs to the import that brings it, whatever it says itself. @throws TidemarkError INPUT_INVALID */
  stage(piece: readonly Flow[]): void {
    const { owner, book, source, file } = this.scope
    const insert = this.sqlite.prepare(INSERT_STAGED)
    this.atOnce(() => {
      for (const flow of piece) {
        const row = toRow(flowTable, { ...flow, owner, book, source, file, retired: null })
        for (const value of Object.values(row)) if (typeof value === 'string') plain(value)
        insert.run(row)
      }
    })
  }

  staged(): void {
    this.sqlite.exec(INDEX_STAGED)
  }

  /** Adds flows that stand already. */
  mirror(documents: readonly FlowDocument[]): void {
    this.insert(documents, () => ({ retired: null, replaced_by: null }))
  }

  /** Adds flows that an edit put away, which are delivered still. */
  mirrorPutAway(documents: readonly FlowDocument[]): void {
    this.insert(documents, (document) => ({ retired: 1, replaced_by: document['replaced_by'] as string }))
  }

  /** Transactions of rows that do not stand in the book yet, in pages. */
  *freshTx(): Generator<string[]> {
    const page = this.sqlite.prepare(FRESH_TX).pluck()
    for (let after = ''; ;) {
      const found = page.all({ ...this.named(), after, limit: PAGE }) as string[]
      if (found.length === 0) return
      yield found
      after = found.at(-1) as string
    }
  }

  /** Tells what is new, known from elsewhere, and gone; to be called once, when all is mirrored. */
  classify(): { staged: number; added: number; sameAsOther: number; byHand: number; gone: number } {
    this.sqlite.prepare(KEEP_OWN).run(this.named())
    this.sqlite.prepare(KEEP_OTHERS).run(this.named())
    this.sqlite.prepare(FIND_GONE[this.scope.mode]).run(this.named())
    this.sqlite.exec(ORDER_ADDED)
    const count = (sql: string) => this.sqlite.prepare(sql).pluck().get() as number
    return {
      staged: count('SELECT count(*) FROM temp.incoming'),
      added: count('SELECT count(*) FROM temp.added'),
      sameAsOther: count("SELECT count(*) FROM temp.kept WHERE fate = 'other'"),
      byHand: count("SELECT count(*) FROM temp.kept WHERE fate = 'hand'"),
      gone: count('SELECT count(*) FROM temp.gone'),
    }
  }

  /** New rows, ordered by time and id. */
  added = (): Generator<Row[]> => this.pages(ADDED)
  /** Ids of the documents that are gone. */
  gone = (): Generator<Row[]> => this.pages(GONE)
  /** Ids of the documents whose place or note is another now, with those. */
  touched = (): Generator<Row[]> => this.pages(TOUCHED)

  firstGone(): string[] {
    return this.sqlite.prepare(FIRST_GONE).pluck().all(this.named()) as string[]
  }

  /** By month, how many current flows more there are. */
  moved(retires: boolean): Map<string, number> {
    const months = new Map<string, number>()
    for (const row of this.sqlite.prepare(MOVED_MONTHS).all({ retires: retires ? 1 : 0 }) as Row[]) {
      const month = text(row['month'])
      months.set(month, (months.get(month) ?? 0) + int(row['n']))
    }
    return months
  }

  close(): void {
    this.sqlite.close()
  }

  private insert(documents: readonly FlowDocument[], state: (document: FlowDocument) => Row): void {
    const insert = this.sqlite.prepare(INSERT_MIRRORED)
    this.atOnce(() => {
      for (const document of documents)
        insert.run({ ...mirrored(document), ...state(document), document: document._id })
    })
  }

  private *pages(sql: string): Generator<Row[]> {
    const page = this.sqlite.prepare(sql)
    for (let after = 0; ;) {
      const rows = page.all({ ...this.named(), after, limit: PAGE }) as Row[]
      if (rows.length === 0) return
      yield rows
      after = int(rows.at(-1)?.['place'])
    }
  }

  private named() {
    const { span: _span, ...scope } = this.scope
    return { ...scope, ...spanOf(this.scope) }
  }

  private atOnce(work: () => void): void {
    this.sqlite.exec('BEGIN')
    try {
      work()
      this.sqlite.exec('COMMIT')
    } catch (error) {
      this.sqlite.exec('ROLLBACK')
      throw error
    }
  }
}

function mirrored(document: FlowDocument): Record<string, RowValue> {
  return Object.fromEntries(MIRRORED.map((name) => [name, (document[name] as RowValue | undefined) ?? null]))
}
