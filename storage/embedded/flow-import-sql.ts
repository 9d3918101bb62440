import type { FlowImport } from '#pipeline/ports.ts'
import { flowTable } from '../rows/flows.ts'
import { columnNames } from '../rows/row.ts'

const COLUMNS = columnNames(flowTable)
const LIST = COLUMNS.join(', ')
const VALUES = COLUMNS.map((name) => `@${name}`).join(', ')

/** Staged rows are complete rows of `flows`, checksum and all, so that the last step only copies. */
export const CREATE_STAGING = `
CREATE TEMP TABLE incoming AS SELECT ${LIST}, checksum FROM main.flows WHERE FALSE;
CREATE TEMP TABLE kept (id TEXT NOT NULL PRIMARY KEY, fate TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE gone (id TEXT NOT NULL PRIMARY KEY, month TEXT NOT NULL) WITHOUT ROWID;
`

export const INSERT_STAGED = `INSERT INTO temp.incoming (${LIST}, checksum) VALUES (${VALUES}, row_sum(${VALUES}))`

const PLACES = `(${[...COLUMNS, 'checksum'].map(() => '?').join(', ')})`

/** The same with all values counted off, the checksum last, and many rows at once: two thirds of the time less. */
export const insertStagedByPlace = (rows: number): string =>
  `INSERT INTO temp.incoming (${LIST}, checksum) VALUES ${Array(rows).fill(PLACES).join(', ')}`

/**
 * An index built at once over what has come takes a fraction of the time of one kept while it comes. A page delivered
 * twice brings the same ids again; the first of each stands.
 */
export const INDEX_STAGED = `
CREATE INDEX temp.incoming_by_id ON incoming (id);
DELETE FROM temp.incoming WHERE rowid IN (
  SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY id ORDER BY rowid) AS nth FROM temp.incoming)
  WHERE nth > 1
);
`

// A row of another source is the same transfer when tx, wallet, asset and quantity agree, and the log index where both
// have one. Two equal legs are two: the n-th of them is known only when the other source has n. The flows files of two
// portfolios are never read together, so they may tell of the same transfer, each for itself.
// What an edit put away was delivered too; what stands in its place was not.
// Without being told so, SQLite takes the table itself for the question and reads all of an owner's flows for each row.
const sameElsewhere = (index: 'flows_by_tx' | 'flows_by_edited_tx', state: string): string => `
SELECT count(*) FROM main.flows f INDEXED BY ${index}
WHERE f.owner = @owner AND f.tx = r.tx AND ${state} AND f.source <> @source
  AND lower(f.wallet) = r.wallet AND f.asset = r.asset AND f.quantity = r.quantity
  AND (f.log_index IS NULL OR r.log_index IS NULL OR f.log_index = r.log_index)
  AND (f.book = @book OR NOT (f.book GLOB 'portfolio:*' AND @book GLOB 'portfolio:*'))`

/** Stands in the place of a flow that was edited. */
const BY_HAND =
  'EXISTS (SELECT 1 FROM main.flows h WHERE h.owner = f.owner AND h.book = f.book AND h.replaced_by = f.id)'

// Most imports share no transaction with another source; only rows of those that do are ranked.
const SHARED_TX = `
SELECT i.tx FROM temp.incoming i WHERE i.tx <> '' AND (
  EXISTS (SELECT 1 FROM main.flows f INDEXED BY flows_by_tx
    WHERE f.owner = @owner AND f.tx = i.tx AND f.retired IS NULL AND f.source <> @source)
  OR EXISTS (SELECT 1 FROM main.flows f INDEXED BY flows_by_edited_tx
    WHERE f.owner = @owner AND f.tx = i.tx AND f.replaced_by IS NOT NULL AND f.source <> @source))`

/** Rows that are not added, in two steps: `same` where they are current in the book, `hand` where an edit put them away, */
export const KEEP_OWN = `
INSERT INTO temp.kept (id, fate)
SELECT i.id, CASE
  WHEN EXISTS (
    SELECT 1 FROM main.flows f WHERE f.owner = @owner AND f.book = @book AND f.id = i.id AND f.retired IS NULL
  ) THEN 'same' ELSE 'hand' END
FROM temp.incoming i
WHERE EXISTS (
  SELECT 1 FROM main.flows f
  WHERE f.owner = @owner AND f.book = @book AND f.id = i.id AND (f.retired IS NULL OR f.replaced_by IS NOT NULL)
)`

/** and of the others `other` where another source already gave them. */
export const KEEP_OTHERS = `
WITH ranked AS (
  SELECT id, tx, lower(wallet) AS wallet, asset, quantity, log_index,
    row_number() OVER (PARTITION BY tx, lower(wallet), asset, quantity, log_index ORDER BY ordinal, id) AS nth
  FROM temp.incoming WHERE tx IN (${SHARED_TX})
)
INSERT OR IGNORE INTO temp.kept (id, fate)
SELECT r.id, 'other' FROM ranked r
WHERE r.nth <= (${sameElsewhere('flows_by_tx', `f.retired IS NULL AND NOT ${BY_HAND}`)})
  + (${sameElsewhere('flows_by_edited_tx', 'f.replaced_by IS NOT NULL')})`

/** Rows that are added, in the order of the table; sorted by number, since they are wide. */
export const ADDED_ROWS = `
(SELECT rowid AS place FROM temp.incoming NOT INDEXED ORDER BY time, id LIMIT -1) AS o
CROSS JOIN temp.incoming i ON i.rowid = o.place AND i.id NOT IN (SELECT id FROM temp.kept)`

const findGone = (scope: string): string => `
INSERT INTO temp.gone (id, month)
SELECT f.id, f.month FROM main.flows f
WHERE f.owner = @owner AND f.book = @book AND f.retired IS NULL AND ${scope}
  AND NOT ${BY_HAND}
  AND NOT EXISTS (SELECT 1 FROM temp.incoming i WHERE i.id = f.id)`

/** Current rows that no longer come: of the whole source, or of the same file. */
export const FIND_GONE: Readonly<Record<FlowImport['mode'], string>> = {
  mirror: findGone('f.source = @source'),
  add: findGone('f.source = @source AND f.file = @file'),
  replace: findGone('f.source = @source AND f.file = @file'),
  span: findGone('f.source = @source AND f.time > @after AND f.time <= @until'),
}

/** New rows, and retired ones that come again. In the order of the table, so that they are appended. */
export const ADD_FLOWS = `
INSERT INTO main.flows (${LIST}, checksum)
SELECT ${COLUMNS.map((name) => `i.${name}`).join(', ')}, i.checksum FROM ${ADDED_ROWS}
WHERE TRUE
ON CONFLICT (owner, book, id) DO UPDATE SET
  ${[...COLUMNS, 'checksum'].map((name) => `${name} = excluded.${name}`).join(', ')}`

/** What a row is known by leaves out its place and its note; those follow the newest import of its source. */
export const PLACE = ['file', 'line', 'note']

export const TOUCH_UNCHANGED = `
UPDATE main.flows SET ${PLACE.map((name) => `${name} = i.${name}`).join(', ')},
  checksum = row_sum(${COLUMNS.map((name) => (PLACE.includes(name) ? `i.${name}` : `flows.${name}`)).join(', ')})
FROM temp.incoming i
WHERE flows.owner = @owner AND flows.book = @book AND flows.id = i.id AND flows.retired IS NULL
  AND flows.source = @source
  AND (${PLACE.map((name) => `flows.${name} IS NOT i.${name}`).join(' OR ')})`

export const RETIRE_GONE = `
UPDATE main.flows SET retired = @at,
  checksum = row_sum(${COLUMNS.map((name) => (name === 'retired' ? '@at' : name)).join(', ')})
WHERE owner = @owner AND book = @book AND id IN (SELECT id FROM temp.gone)`

/** By month, how many more current flows there are after the import: what came less what went. */
export const MOVED_MONTHS = `
SELECT month, count(*) AS n FROM temp.incoming WHERE id NOT IN (SELECT id FROM temp.kept) GROUP BY month
UNION ALL
SELECT month, -count(*) FROM temp.gone WHERE @retires GROUP BY month`

/** Moves the revision of every month in which a current flow came or went, even when as many came as went. */
export const COUNT_MONTHS = `
INSERT INTO main.flow_months (owner, book, month, revision, count, checksum)
SELECT owner, book, month, revision, count, row_sum(owner, book, month, revision, count) FROM (
  SELECT @owner AS owner, @book AS book, moved.month,
    coalesce(known.revision, 0) + 1 AS revision, coalesce(known.count, 0) + sum(moved.n) AS count
  FROM (${MOVED_MONTHS}) AS moved
  LEFT JOIN main.flow_months known
    ON known.owner = @owner AND known.book = @book AND known.month = moved.month
  GROUP BY moved.month
)
WHERE TRUE
ON CONFLICT (owner, book, month) DO UPDATE SET
  revision = excluded.revision, count = excluded.count, checksum = excluded.checksum`
