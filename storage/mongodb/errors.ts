import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { TidemarkError } from '#core/errors.ts'
import type { Place } from './place.ts'

// Numbers as the server documents them in its table of error codes.
const NO_RIGHT = new Set([13, 8000, 33])
const NO_LOGIN = new Set([11, 18, 334])
const FULL = new Set([14031, 12501, 10385])
const NOT_PRIMARY = new Set([91, 189, 10058, 10107, 11600, 11602, 13435, 13436])
export const DUPLICATE = 11000
const READ_ONLY_TEXT = /read-?only/i
const FULL_TEXT = /disk is full|no space left|out of disk|over your space quota|quota exceeded/i

/** Turns what the driver threw into the project's error; what is none of its errors comes back as it is. */
export function serverError(error: unknown, place: Place): unknown {
  if (error instanceof TidemarkError || !(error instanceof MongoError)) return error
  const code = typeof error.code === 'number' ? error.code : -1
  const text = error.message
  if (FULL.has(code) || FULL_TEXT.test(text)) return fullError(place, error)
  if (NO_LOGIN.has(code) || /authentication failed/i.test(text)) return loginError(place)
  if (NO_RIGHT.has(code)) return rightError(place, text)
  if (READ_ONLY_TEXT.test(text) && code !== DUPLICATE) return readOnlyError(place, error)
  if (code === 10334 || /document.*too large|exceeds maximum/i.test(text)) return tooLargeError(place, text)
  return unavailableError(place, error, NOT_PRIMARY.has(code))
}

/** What the driver says of a URI that it does not understand may quote it, password and all. */
export function uriError(error: unknown): unknown {
  // By its name, which two classes of the driver bear.
  const known = error instanceof Error && /^Mongo(Parse|InvalidArgument|API)Error$/.test(error.name)
  if (!known && !(error instanceof URIError)) return error
  return new TidemarkError('CONFIG_INVALID', {
    message:
      'MONGODB_URI is no address that the driver of MongoDB understands (it is not shown: it may hold a password).',
    fix: 'Write it as mongodb://user:password@host:27017/tidemark, with every :/?#[]@% in the password percent-encoded.',
  })
}

/** Whether a document with that id is there already. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE

export function damagedError(place: Place, found: string): TidemarkError {
  return new TidemarkError('INTEGRITY', {
    message: `The store ${place.label} is damaged: ${found}.`,
    fix: 'Run "tidemark verify" for the whole list, then copy the newest good backup into an empty database with "tidemark store copy --from FILE --to …".',
  })
}

export function notInitialisedError(place: Place): TidemarkError {
  return new TidemarkError('NOT_INITIALISED', {
    message: `There is no Tidemark store in the database "${place.database}" of ${place.label}.`,
    fix: 'Run "tidemark init" or "tidemark ingest", or name the database that holds it in MONGODB_URI.',
  })
}

export function newerError(place: Place, version: string, latest: number): TidemarkError {
  return new TidemarkError('STORE_NEWER', {
    message: `The store ${place.label} has schema version ${version}; this Tidemark knows versions up to ${latest}.`,
    fix: 'Install the newer Tidemark that wrote it, or name another database in MONGODB_URI.',
  })
}

export function openedForReading(place: Place): TidemarkError {
  return new TidemarkError('STORE_READ_ONLY', {
    message: `The store ${place.label} was opened for reading and cannot be written.`,
    fix: 'Use a command that writes; reading still works.',
  })
}

/** Two writers, and the other one has gone on: nothing of this one's work stands. */
export function overtakenError(place: Place): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `This process stood still for so long that another one took over what it was writing to ${place.label}. Nothing of that piece of work was stored.`,
    fix: 'Run it again; on a machine that sleeps or swaps, run it elsewhere.',
  })
}

export function busyError(place: Place, what: string): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `${what} in ${place.label} is being written by another process that has not let go in time.`,
    fix: 'Wait for the other command to end, or stop it, then run this one again.',
  })
}

function unavailableError(place: Place, cause: MongoError, stepped: boolean): TidemarkError {
  const what =
    cause instanceof MongoServerSelectionError || cause instanceof MongoNetworkError
      ? 'cannot be reached'
      : stepped
        ? 'has no primary that takes writes now'
        : 'did not do what it was asked to'
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `The store ${place.label} ${what} (${cause.name}: ${firstLine(cause.message)}).`,
    fix: stepped
      ? 'Wait until the replica set has elected a primary (seconds), then run it again.'
      : 'Check that the server runs and MONGODB_URI names it, then run it again: what was reported as stored is stored.',
    cause,
  })
}

function fullError(place: Place, cause: MongoError): TidemarkError {
  return new TidemarkError('STORE_FULL', {
    message: `There is no room left on the server of the store ${place.label} (${firstLine(cause.message)}).`,
    fix: 'Free space on the disk of the server, or raise its quota, then run it again.',
    cause,
  })
}

function readOnlyError(place: Place, cause: MongoError): TidemarkError {
  return new TidemarkError('STORE_READ_ONLY', {
    message: `The server of the store ${place.label} takes no writes (${firstLine(cause.message)}).`,
    fix: 'Name the primary, or the whole replica set (mongodb://host1,host2,host3/…?replicaSet=…), in MONGODB_URI. Reading still works.',
    cause,
  })
}

function loginError(place: Place): TidemarkError {
  return new TidemarkError('CREDENTIAL_REFUSED', {
    message: `The server of the store ${place.label} refused the user or the password in MONGODB_URI.`,
    fix: 'Check both, and the database that the user is kept in (…?authSource=admin).',
  })
}

function rightError({ label, database }: Place, text: string): TidemarkError {
  const action = /to execute command \{ ?"?(\w+)/.exec(text)?.[1] ?? /command (\w+)/.exec(text)?.[1]
  const user = 'USER'
  return new TidemarkError('CREDENTIAL_REFUSED', {
    message: `The user in MONGODB_URI lacks the right for "${action ?? 'this command'}" on the database "${database}" of ${label}.`,
    fix: `An administrator gives it in mongosh: use admin; db.grantRolesToUser("${user}", [{ role: "readWrite", db: "${database}" }])`,
  })
}

function tooLargeError(place: Place, text: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `A single entry is too large for the store ${place.label}: ${firstLine(text)}.`,
    fix: 'A document holds at most 16 MB: split the portfolio or the file it comes from.',
  })
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300)
