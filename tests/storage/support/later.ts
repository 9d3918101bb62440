import { MIGRATIONS } from '#storage/embedded/migrations/list.ts'
import { resum, type Migration } from '#storage/embedded/migrations/migration.ts'

/** The version of the schema as it is. */
export const PRESENT = MIGRATIONS.length

/** One more than there is. */
export const LATER = PRESENT + 1

const later: Migration = {
  version: LATER,
  up(sqlite) {
    sqlite.exec(
      "ALTER TABLE coins ADD COLUMN tags TEXT NOT NULL DEFAULT ''; UPDATE coins SET tags = upper(name)",
    )
    resum(sqlite, 'coins')
  },
}

/** The schema that might come next. */
export const LATER_MIGRATIONS: readonly Migration[] = [...MIGRATIONS, later]
