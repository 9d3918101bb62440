import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { TidemarkError } from '#core/errors.ts'

const SPARE_BYTES = 64 * 1024 * 1024

/** Code of an error of SQLite (`SQLITE_BUSY`, …) or of the operating system (`ENOSPC`), or an empty text. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' ? code : ''
}

export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(errorCode(error))
}

/** Turns what SQLite or the file system threw into the project's error; what is neither comes back as it is. */
export function storeError(error: unknown, file: string): unknown {
  if (error instanceof TidemarkError || !(error instanceof Error)) return error
  const code = errorCode(error)
  const cause = error
  if (/^SQLITE_(FULL|IOERR_(WRITE|SHMSIZE|TRUNCATE))|^(ENOSPC|EDQUOT|EFBIG)/.test(code))
    return fullError(file, cause)
  if (/^SQLITE_READONLY|^EROFS/.test(code)) return readOnlyError(file, cause)
  if (isBusy(error))
    return new TidemarkError('STORE_UNAVAILABLE', {
      message: `The store ${file} is locked by another process that has not let go in time (${code}).`,
      fix: 'Wait for the other command to end, or stop it, then run this one again.',
      cause,
    })
  if (/^SQLITE_(CORRUPT|NOTADB|FORMAT|MISMATCH)/.test(code)) return damagedError(file, cause.message, cause)
  // The statements are fixed, so a name that SQLite does not know is a schema that is not ours.
  if (code === 'SQLITE_ERROR' && /no such (table|column|index)|has no column/.test(cause.message))
    return damagedError(file, cause.message, cause)
  if (/^SQLITE_(CANTOPEN|PERM|AUTH|IOERR|NOLFS)|^E[A-Z]+$/.test(code)) return unavailableError(file, cause)
  return error
}

export function damagedError(file: string, found: string, cause?: unknown): TidemarkError {
  return new TidemarkError('INTEGRITY', {
    message: `The store ${file} is damaged: ${found}.`,
    fix: 'Run "tidemark verify" for the whole list, then "tidemark restore FILE" with the newest good backup.',
    cause,
  })
}

export function readOnlyError(file: string, cause?: unknown): TidemarkError {
  return new TidemarkError('STORE_READ_ONLY', {
    message: `The store ${file} cannot be written: the file, its folder or the file system is read-only for this user, or it was opened for reading.`,
    fix: `Make ${file} and its folder writable, or set TIDEMARK_DATA_DIR to a folder that is. Reading still works.`,
    cause,
  })
}

export function notInitialisedError(file: string): TidemarkError {
  return new TidemarkError('NOT_INITIALISED', {
    message: `There is no store at ${file}.`,
    fix: 'Run "tidemark init" or "tidemark ingest", or set TIDEMARK_DATA_DIR to the folder that holds it.',
  })
}

export function unavailableError(file: string, cause: Error): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `The store ${file} cannot be opened: ${cause.message}.`,
    fix: `Check that ${dirname(file)} is a folder that this user may read and write, on a disk that works.`,
    cause,
  })
}

function fullError(file: string, cause: Error): TidemarkError {
  return new TidemarkError('STORE_FULL', {
    message:
      `There is no room to write the store ${file}: ${freeSpace(dirname(file))} free in ${dirname(file)}, ` +
      `${freeSpace(tmpdir())} in ${tmpdir()} for temporary files. Nothing was changed.`,
    fix: `Free at least ${megabytes(SPARE_BYTES)} there (or raise the limit on the size of files), then run it again.`,
    cause,
  })
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return megabytes(bavail * bsize)
  } catch {
    return 'unknown space'
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`
