import type { Migration } from './migration.ts'

/**
 * What was done to flows by hand: each row that an edit put away says what stands in its place. The table is made anew,
 * since a column that is added would stand behind the checksum.
 */
export const version3: Migration = {
  version: 3,
  up(sqlite) {
    sqlite.exec(SCHEMA)
  },
}

const COLUMNS = `owner, book, id, source, file, line, time, month, asset, quantity, kind, unit_price, price_currency, fee,
  fee_asset, wallet, chain, tx, log_index, from_address, to_address, lot, note, ordinal, retired`

const SCHEMA = `
DROP INDEX flows_by_tx;
DROP INDEX flows_by_asset;
DROP INDEX flows_by_fee;
DROP INDEX flows_by_currency;
ALTER TABLE flows RENAME TO flows_before;
CREATE TABLE flows (
  owner TEXT NOT NULL, book TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, file TEXT, line INTEGER,
  time INTEGER NOT NULL, month TEXT NOT NULL, asset TEXT NOT NULL, quantity TEXT NOT NULL, kind TEXT NOT NULL,
  unit_price TEXT, price_currency TEXT, fee TEXT, fee_asset TEXT,
  wallet TEXT NOT NULL, chain TEXT, tx TEXT, log_index INTEGER, from_address TEXT, to_address TEXT,
  lot TEXT, note TEXT NOT NULL, ordinal INTEGER NOT NULL, retired INTEGER, edits TEXT, replaced_by TEXT,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, book, time, id), UNIQUE (owner, book, id)
) STRICT, WITHOUT ROWID;
INSERT INTO flows SELECT ${COLUMNS}, NULL, NULL, row_sum(${COLUMNS}, NULL, NULL)
  FROM flows_before ORDER BY owner, book, time, id;
DROP TABLE flows_before;
CREATE INDEX flows_by_tx ON flows (owner, tx, book, month) WHERE tx IS NOT NULL AND retired IS NULL;
CREATE INDEX flows_by_asset ON flows (owner, book, asset, time) WHERE retired IS NULL;
CREATE INDEX flows_by_fee ON flows (owner, book, fee_asset, time) WHERE fee_asset IS NOT NULL AND retired IS NULL;
CREATE INDEX flows_by_currency ON flows (owner, book, price_currency, time)
  WHERE price_currency IS NOT NULL AND retired IS NULL;
CREATE INDEX flows_by_replacement ON flows (owner, book, replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX flows_by_edited_tx ON flows (owner, tx) WHERE replaced_by IS NOT NULL AND tx IS NOT NULL;
`
