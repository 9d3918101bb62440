import { TidemarkError } from '#core/errors.ts'
import { perform, type WorkIo } from './perform.ts'
import type { Verdict } from './ports.ts'
import { describeWork, readWork, type Work } from './work.ts'

/** An entry as a worker takes it; `tries` failed before. */
export type Taken = { readonly data: unknown; readonly queued: number; readonly tries: number }

/** What stops a whole process: every other piece of work would meet it too. */
const STOPS = /^(STORE_|CREDENTIAL_|CONFIG_|NOT_INITIALISED|INTEGRITY)/

/**
 * Does the work of a queue, entry by entry; never throws.
 * @param stop called with what stops this process; the entry goes back and waits for another one
 */
export function handlerOf(
  own: WorkIo,
  stop: (error: TidemarkError) => void,
): (taken: Taken) => Promise<Verdict> {
  let done = 0
  return async ({ data, queued, tries }) => {
    let work: Work
    try {
      work = readWork(data)
    } catch (error) {
      return { type: 'failed', cause: (error as Error).message, final: true }
    }
    const verdict = await attempt(work, queued, own, stop)
    if (verdict.type === 'done') {
      done++
      own.emit({ type: 'progress', stage: 'prices', done, total: done, failed: 0, item: describeWork(work) })
    }
    if (verdict.type === 'failed')
      own.emit({ type: 'notice', level: 'warn', message: words(work, verdict, tries) })
    return verdict
  }
}

async function attempt(
  work: Work,
  queued: number,
  own: WorkIo,
  stop: (error: TidemarkError) => void,
): Promise<Verdict> {
  try {
    return await perform(work, queued, own)
  } catch (error) {
    if (own.signal.aborted) return { type: 'back' }
    const known = error instanceof TidemarkError
    if (known && STOPS.test(error.code)) {
      stop(error)
      return { type: 'back' }
    }
    const cause = known ? `${error.code}: ${error.message}` : `INTERNAL: ${(error as Error).name}`
    return { type: 'failed', cause, final: false }
  }
}

function words(work: Work, { cause, final }: Verdict & { type: 'failed' }, tries: number): string {
  const next = final
    ? 'parked, since trying again would not help'
    : 'try again later, or parked after the last'
  return `${describeWork(work)}: ${cause} (try ${tries + 1}; ${next})`
}
