import type { Migration } from './migration.ts'

/** Records: small documents by owner, kind and key. They stand by row number, as some are kilobytes. */
export const version4: Migration = {
  version: 4,
  up(sqlite) {
    sqlite.exec(SCHEMA)
  },
}

const SCHEMA = `
CREATE TABLE records (
  owner TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE (owner, kind, key)
) STRICT;
`
