import type { Migration } from './migration.ts'

/**
 * Snapshots of what portfolios were worth. The index begins with the time: an hour of many portfolios is written at
 * the end of it, whatever else is there, and not into every page. Rows of a kilobyte stand by row number, since a
 * table without them would put the better part of each into a page of its own.
 */
export const version2: Migration = {
  version: 2,
  up(sqlite) {
    sqlite.exec(SCHEMA)
  },
}

const SCHEMA = `
CREATE TABLE snapshots (
  owner TEXT NOT NULL, portfolio TEXT NOT NULL, time INTEGER NOT NULL, quote TEXT NOT NULL,
  value REAL, change_24h REAL, change_24h_fraction REAL, quality TEXT NOT NULL,
  coverage REAL NOT NULL, coverage_by_count REAL NOT NULL, positions TEXT NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE (time, owner, portfolio)
) STRICT;
`
