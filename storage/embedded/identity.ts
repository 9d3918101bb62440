import type { Database } from 'better-sqlite3'
import { TidemarkError } from '#core/errors.ts'
import { damagedError } from './errors.ts'

/** Stands in the header of every store file, so that `file` and we tell it from other SQLite files ("tidm"). */
export const APPLICATION_ID = 0x7469646d

/**
 * What is in a file that SQLite could open: the version of its schema, or 0 when there is nothing in it.
 * @throws TidemarkError INTEGRITY when it is no store of ours, STORE_NEWER when it is of a later version
 */
export function schemaVersion(sqlite: Database, file: string, latest: number): number {
  const version = sqlite.pragma('user_version', { simple: true }) as number
  const application = sqlite.pragma('application_id', { simple: true }) as number
  const tables = sqlite.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number
  if (version === 0 && application === 0 && tables === 0) return 0
  if (application !== APPLICATION_ID)
    throw damagedError(file, `its application id is ${application}, a Tidemark store has ${APPLICATION_ID}`)
  const noted = Number(metaValue(sqlite, 'schema'))
  if (noted !== version)
    throw damagedError(file, `its header says schema version ${version}, its content ${noted}`)
  if (version > latest)
    throw new TidemarkError('STORE_NEWER', {
      message: `The store ${file} has schema version ${version}; this Tidemark knows versions up to ${latest}.`,
      fix:
        'Install the newer Tidemark that wrote it, or restore the copy that was kept before the upgrade ' +
        `(${file}.before-v${latest + 1}).`,
    })
  return version
}

/** How many commits a store has had; 0 for a file without a schema. */
export function storedCommits(sqlite: Database): number {
  const known = sqlite.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'").pluck().get()
  if (known === 0) return 0
  return Number(metaValue(sqlite, 'commits'))
}

/** @throws TidemarkError INTEGRITY when the store has fewer commits than were reported */
export function refuseLostCommits(file: string, stored: number, seen: number): void {
  const found = lostCommits(file, stored, seen)
  if (found === null) return
  throw new TidemarkError('INTEGRITY', {
    message: `The store ${file} is damaged: ${found.found}.`,
    fix: found.fix,
  })
}

/** What is wrong when a store has fewer commits than were reported, or null. */
export function lostCommits(
  file: string,
  stored: number,
  seen: number,
): { found: string; fix: string } | null {
  if (stored >= seen) return null
  return {
    found: `it ends at commit ${stored}, but commit ${seen} was reported as stored: its write-ahead log was lost, or an older copy was put in its place`,
    fix: `Run "tidemark restore FILE" with the newest good backup. If the older content is meant, delete ${file}-seen.`,
  }
}

function metaValue(sqlite: Database, key: string): string {
  return (
    (sqlite.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key) as string | undefined) ?? '0'
  )
}
