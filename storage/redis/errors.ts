import { TidemarkError } from '#core/errors.ts'
import { whyNot } from './client.ts'

const KINDS: Readonly<Record<string, 'refused' | 'full'>> = {
  NOAUTH: 'refused',
  WRONGPASS: 'refused',
  NOPERM: 'refused',
  ERR_AUTH: 'refused',
  OOM: 'full',
  MISCONF: 'full',
}

/** What went wrong with the work queue, in the project's words; without the address' password. */
export function queueError(error: unknown, url: string): TidemarkError {
  if (error instanceof TidemarkError) return error
  const why = whyNot(error)
  const place = `Redis at ${placeOf(url)}`
  const kind = KINDS[why]
  if (kind === 'refused') {
    return new TidemarkError('CREDENTIAL_REFUSED', {
      message: `${place} refuses the user or password of REDIS_URL (${why}).`,
      fix: 'Correct REDIS_URL; its user needs all commands on keys that begin with "tidemark" or "{tidemark".',
      cause: error,
    })
  }
  if (kind === 'full') {
    return new TidemarkError('STORE_FULL', {
      message: `${place} takes no more data (${why}).`,
      fix: 'Give it more memory (maxmemory) or disk; the work is derived from the store, so nothing is lost.',
      cause: error,
    })
  }
  return new TidemarkError('STORE_UNAVAILABLE', {
    message: `${place} does not answer (${why}).`,
    fix: 'Check REDIS_URL and that Redis runs there, then run the same command again; nothing is lost.',
    cause: error,
  })
}

function placeOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return 'the address of REDIS_URL'
  }
}
