import { HttpError, RequestTimedOutError } from '@influxdata/influxdb-client'
import { TidemarkError } from '#core/errors.ts'
import { keepEverything, shell } from './shell.ts'

/** Whom an answer came from and what was asked of it; never the token. */
export type Place = {
  readonly url: string
  readonly org: string
  readonly bucket: string
  /** What the call was for, as a noun: `a write`, `the list of buckets`. */
  readonly what: string
}

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504])
const FULL = /no space left on device|disk quota exceeded|ENOSPC|EDQUOT/i

/** Whether the same call may come right later. */
export function canPass(error: unknown): boolean {
  if (error instanceof TidemarkError) return false
  if (error instanceof HttpError) return RETRIED.has(error.statusCode) && !FULL.test(said(error))
  return true // no answer at all, or one that was cut off
}

/** A refusal that sending less at once cures. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof HttpError && error.statusCode === 413
}

/** How long the server asks to wait, in milliseconds; null where it says nothing. A date is one of the server's clock. */
export function retryAfterMs(error: unknown, now: number): number | null {
  if (!(error instanceof HttpError)) return null
  // The client's own `retryAfter()` takes seconds for milliseconds.
  const text = header(error, 'retry-after')
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const until = /[a-z]/i.test(text) ? Date.parse(text) : NaN
  const sent = Date.parse(header(error, 'date'))
  return Number.isNaN(until) ? null : Math.max(0, until - (Number.isNaN(sent) ? now : sent))
}

/** What a failed call means for whoever runs Tidemark. */
export function influxError(error: unknown, place: Place): TidemarkError {
  if (error instanceof TidemarkError) return error
  if (error instanceof HttpError) return refusal(error, place)
  return unreachable(error, place)
}

function refusal(error: HttpError, place: Place): TidemarkError {
  const { url, org, bucket, what } = place
  const reason = said(error)
  const status = error.statusCode
  const found = `InfluxDB at ${host(url)} answered ${status} to ${what}: ${reason}`
  if (FULL.test(reason)) {
    return new TidemarkError('STORE_FULL', {
      message: found,
      // A shard that could not be opened for want of room is not looked at again before a restart.
      fix: 'Free space on the disk of InfluxDB (or give it a larger one), restart InfluxDB, then run the same command again.',
      cause: error,
    })
  }
  if (status === 401 || status === 403) return unauthorised(error, place, reason)
  if (status === 404 || /organization name .* not found/.test(reason)) {
    return new TidemarkError('NOT_INITIALISED', {
      message: found,
      fix:
        `Run "tidemark init", which makes what is missing. If bucket "${bucket}" is there in organisation "${org}", ` +
        'the token in INFLUX_TOKEN lacks the right to read it: InfluxDB shows it to nobody else.',
      cause: error,
    })
  }
  if (status === 422) return unprocessable(error, place, reason)
  if (RETRIED.has(status)) {
    return new TidemarkError('STORE_UNAVAILABLE', {
      message: found,
      fix: 'Look at the log of InfluxDB; what was not stored is stored by the next run.',
      cause: error,
    })
  }
  return new TidemarkError('INTERNAL', { message: found, fix: 'Please report this as a bug.', cause: error })
}

function unauthorised(cause: HttpError, place: Place, reason: string): TidemarkError {
  const { url, org, bucket, what } = place
  const right = missingRight(reason, what)
  const create =
    `influx auth create --org ${shell(org)} ` +
    '--read-buckets --write-buckets --read-tasks --write-tasks --read-orgs'
  return new TidemarkError('CREDENTIAL_REFUSED', {
    message: `InfluxDB at ${host(url)} refused ${what} (${cause.statusCode}: ${reason}): ${right}.`,
    fix: `Make a token that may, with "${create}", and set INFLUX_TOKEN to it; bucket ${shell(bucket)} needs read and write at least.`,
    cause,
  })
}

function missingRight(reason: string, what: string): string {
  const named = /^(read|write):(\S+) is unauthorized/.exec(reason)
  if (named !== null)
    return `the token in INFLUX_TOKEN lacks the right to ${named[1]} ${rightOn(named[2] ?? '')}`
  if (/insufficient permissions for write/.test(reason)) {
    return 'the token in INFLUX_TOKEN lacks the right to write to this bucket'
  }
  if (/unauthorized access/.test(reason)) return 'the token in INFLUX_TOKEN is unknown there, or was revoked'
  return `the token in INFLUX_TOKEN lacks the right to ${what}`
}

/** `orgs/0a1b/buckets` → `buckets`. */
function rightOn(path: string): string {
  return path
    .split('/')
    .filter((part) => !/^[0-9a-f]{16}$/.test(part))
    .at(-1) as string
}

function unprocessable(cause: HttpError, place: Place, reason: string): TidemarkError {
  const { org, bucket } = place
  const retention = /outside retention policy of duration (\S+)/.exec(reason)
  if (retention !== null) {
    return new TidemarkError('CONFIG_INVALID', {
      message: `Bucket "${bucket}" keeps only ${retention[1]}: InfluxDB dropped points that are older.`,
      fix: `${keepEverything(org, bucket)}.`,
      cause,
    })
  }
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `Bucket "${bucket}" holds other data under the names that Tidemark writes: ${reason}`,
    fix: 'Set INFLUX_BUCKET to a bucket of its own, and run "tidemark init".',
    cause,
  })
}

function unreachable(cause: unknown, { url, what }: Place): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `InfluxDB at ${host(url)} did not complete ${what}: ${why(cause)}.`,
    fix: 'Check that InfluxDB runs there (INFLUX_URL) and that the network lets it through; then run the same command again.',
    cause,
  })
}

function why(cause: unknown): string {
  if (cause instanceof RequestTimedOutError) return 'it went silent'
  if (!(cause instanceof Error)) return 'the connection broke'
  const code = (cause as NodeJS.ErrnoException).code
  if (cause.name === 'AbortError' || code === 'ABORT_ERR')
    return 'it took too long, or broke off in mid-answer'
  return code === undefined ? cause.message : code
}

function said(error: HttpError): string {
  const json = error.json as { message?: unknown } | undefined
  const text = typeof json?.message === 'string' ? json.message : (error.body ?? error.message)
  return text.trim().slice(0, 300)
}

function header(error: HttpError, name: string): string {
  const value = error.headers?.[name]
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
}

/** An address without the user and password that it may hold. */
export function host(url: string): string {
  const { protocol, host: name, pathname } = new URL(url)
  return `${protocol}//${name}${pathname === '/' ? '' : pathname}`
}
