import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import type { LeaseStore } from '../ports.ts'

/** The lease of everything that reads providers or rewrites stored hours. */
export const PIPELINE_LEASE = 'pipeline'

/** Prices by hand are written by nobody else: they need not wait for a long run to end. */
export const MANUAL_LEASE = 'manual-prices'

/** A killed holder blocks others for this long; three renewals may fail before the lease is lost. */
const TTL_MS = 60_000
const RENEW_MS = 15_000

type LeaseIo = {
  readonly store: LeaseStore
  readonly now: () => number
  readonly holder: string
  readonly newId: () => string
}

/**
 * Runs `work` while holding a lease (`pipeline` unless named), renewed all the time and released at the end. The signal it is
 * handed aborts with the caller's, and when the lease was lost.
 * @throws LEASE_HELD at once, with the holder, when another has it
 */
export async function withLease<T>(
  io: LeaseIo,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  name = PIPELINE_LEASE,
): Promise<T> {
  // Unique to this run, not to the process: two jobs of one process exclude each other too.
  const holder = `${io.holder}/${io.newId()}`
  const taken = await io.store.acquireLease(name, holder, TTL_MS, io.now())
  if (!taken.acquired) throw heldError(taken.holder, taken.expires)
  const lost = new AbortController()
  const timer = setInterval(() => {
    void renew(io, name, holder).then((kept) => {
      if (!kept) lost.abort(lostError())
    })
  }, RENEW_MS)
  timer.unref()
  try {
    return await work(AbortSignal.any([signal, lost.signal]))
  } finally {
    clearInterval(timer)
    await io.store.releaseLease(name, holder)
  }
}

/** A store that cannot be reached is no lost lease yet: the next renewal, or a write, will say more. */
async function renew(io: LeaseIo, name: string, holder: string): Promise<boolean> {
  try {
    return await io.store.renewLease(name, holder, TTL_MS, io.now())
  } catch {
    return true
  }
}

function heldError(holder: string, expires: number): TidemarkError {
  return new TidemarkError('LEASE_HELD', {
    message: `Another run holds the lease: ${holder}, until ${formatTime(expires)} unless it renews it.`,
    fix: 'Wait until it has ended, or stop it; after a crash the lease runs out by itself within a minute.',
  })
}

function lostError(): TidemarkError {
  return new TidemarkError('LEASE_HELD', {
    message:
      'The lease was lost: this run was stopped or slept for longer than a minute, and another took over.',
    fix: 'Run the same command again once the other run has ended; what was stored stays.',
  })
}
