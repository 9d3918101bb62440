import { MIGRATIONS } from '#storage/embedded/migrations/list.ts'
import { resum, type Migration } from '#storage/embedded/migrations/migration.ts'

const version2: Migration = {
  version: 2,
  up(sqlite) {
    sqlite.exec(
      "ALTER TABLE coins ADD COLUMN tags TEXT NOT NULL DEFAULT ''; UPDATE coins SET tags = upper(name)",
    )
    resum(sqlite, 'coins')
  },
}

/** A schema that might come next. */
export const TWO_VERSIONS: readonly Migration[] = [...MIGRATIONS, version2]
