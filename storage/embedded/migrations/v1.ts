import type { Migration } from './migration.ts'

/**
 * The first schema. Times are milliseconds since 1970, decimals are text, everything that belongs to somebody has an
 * owner (prices by hand are told apart by their provider). Text sorts by its UTF-8 bytes (BINARY). Every row ends with
 * a checksum of its other columns, in their order.
 */
export const version1: Migration = {
  version: 1,
  up(sqlite) {
    sqlite.exec(SCHEMA)
  },
}

const SCHEMA = `
CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
  asset TEXT NOT NULL, quote TEXT NOT NULL, provider TEXT NOT NULL, month TEXT NOT NULL,
  revision INTEGER NOT NULL, data BLOB NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE (asset, quote, provider, month)
) STRICT;
CREATE INDEX chunks_by_revision ON chunks (quote, asset, provider, month, revision);
CREATE INDEX chunks_by_month ON chunks (quote, month, asset, provider, revision);

CREATE TABLE suspects (
  asset TEXT NOT NULL, quote TEXT NOT NULL, provider TEXT NOT NULL, time INTEGER NOT NULL,
  price TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (asset, quote, provider, time)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
  asset TEXT NOT NULL, quote TEXT NOT NULL, provider TEXT NOT NULL, from_hour INTEGER NOT NULL,
  to_hour INTEGER NOT NULL, reason TEXT NOT NULL, message TEXT NOT NULL,
  seen INTEGER NOT NULL, tried INTEGER NOT NULL, tries INTEGER NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (asset, quote, provider, from_hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE coins (
  asset TEXT NOT NULL PRIMARY KEY, symbol TEXT NOT NULL, name TEXT NOT NULL, rank INTEGER,
  price TEXT, market_cap TEXT, volume TEXT, quote TEXT NOT NULL, updated INTEGER, checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
  asset TEXT NOT NULL, chain TEXT NOT NULL, contract TEXT NOT NULL, decimals INTEGER, symbol TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (asset, chain, contract)
) STRICT, WITHOUT ROWID;

CREATE TABLE portfolios (
  owner TEXT NOT NULL, name TEXT NOT NULL, base_currency TEXT NOT NULL,
  wallets TEXT NOT NULL, holdings TEXT NOT NULL, flows_file TEXT, checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE flows (
  owner TEXT NOT NULL, book TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, file TEXT, line INTEGER,
  time INTEGER NOT NULL, month TEXT NOT NULL, asset TEXT NOT NULL, quantity TEXT NOT NULL, kind TEXT NOT NULL,
  unit_price TEXT, price_currency TEXT, fee TEXT, fee_asset TEXT,
  wallet TEXT NOT NULL, chain TEXT, tx TEXT, log_index INTEGER, from_address TEXT, to_address TEXT,
  lot TEXT, note TEXT NOT NULL, ordinal INTEGER NOT NULL, retired INTEGER, checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, book, time, id), UNIQUE (owner, book, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX flows_by_tx ON flows (owner, tx, book, month) WHERE tx IS NOT NULL AND retired IS NULL;
CREATE INDEX flows_by_asset ON flows (owner, book, asset, time) WHERE retired IS NULL;
CREATE INDEX flows_by_fee ON flows (owner, book, fee_asset, time) WHERE fee_asset IS NOT NULL AND retired IS NULL;
CREATE INDEX flows_by_currency ON flows (owner, book, price_currency, time)
  WHERE price_currency IS NOT NULL AND retired IS NULL;

CREATE TABLE flow_months (
  owner TEXT NOT NULL, book TEXT NOT NULL, month TEXT NOT NULL, revision INTEGER NOT NULL, count INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, book, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_coverage (
  owner TEXT NOT NULL, book TEXT NOT NULL, from_time INTEGER NOT NULL, to_time INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, book, from_time)
) STRICT, WITHOUT ROWID;

CREATE TABLE balances (
  owner TEXT NOT NULL, wallet TEXT NOT NULL, chain TEXT NOT NULL, asset TEXT NOT NULL, time INTEGER NOT NULL,
  quantity TEXT NOT NULL, source TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, wallet, chain, asset, time)
) STRICT, WITHOUT ROWID;

CREATE TABLE pnl_months (
  owner TEXT NOT NULL, portfolio TEXT NOT NULL, quote TEXT NOT NULL, month TEXT NOT NULL,
  key TEXT NOT NULL, states TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (owner, portfolio, quote, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
  owner TEXT NOT NULL, portfolio TEXT NOT NULL, quote TEXT NOT NULL, month TEXT NOT NULL,
  asset TEXT NOT NULL, wallet TEXT NOT NULL, chain TEXT NOT NULL,
  fingerprint TEXT NOT NULL, steps TEXT NOT NULL, data BLOB NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE (owner, portfolio, quote, month, asset, wallet, chain)
) STRICT;

CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, command TEXT NOT NULL, started INTEGER NOT NULL,
  finished INTEGER, outcome TEXT NOT NULL, exit_code INTEGER, summary TEXT NOT NULL, checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_start ON runs (started, id);

CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, expires INTEGER NOT NULL, checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
  provider TEXT NOT NULL, month TEXT NOT NULL, calls INTEGER NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (provider, month)
) STRICT, WITHOUT ROWID;

INSERT INTO meta (key, value, checksum) VALUES
  ('commits', '0', row_sum('commits', '0')),
  ('schema', '0', row_sum('schema', '0'));
`
