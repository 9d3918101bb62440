import { TidemarkError } from '#core/errors.ts'
import { monthOf } from '#core/month.ts'
import type { Gap } from '#core/sample.ts'
import { gapReasonOf } from '#ingestion/http/failure.ts'
import { givenRuns } from '../../plan/missing.ts'
import type { Plan, PlannedWindow } from '../../plan/plan.ts'
import { within, without } from '../../plan/runs.ts'
import type { SeriesReader } from '../../ports.ts'
import { isAbort, isItemError, type Context, type Progress } from './context.ts'
import { writeOf, type Known } from './answer.ts'
import { storedSeries } from './state.ts'
import type { PriceFeed } from '../io.ts'
import { pool } from './pool.ts'

/** Why a provider is asked no more in this run. */
type Halt = { error: TidemarkError | null; readonly unlisted: Set<string> }

/**
 * Asks one feed for the windows of its plan and stores each answer as it comes. An item that fails leaves a gap with
 * its reason and the others go on; a refused credential, or a provider that is down, ends the feed.
 * @returns why it was ended, else null
 */
export async function readPrices(
  feed: PriceFeed,
  plan: Plan,
  context: Context,
  progress: Progress,
): Promise<TidemarkError | null> {
  const { io, tally, signal } = context
  if (plan.gaps.length > 0) await io.store.writeGaps(plan.gaps)
  const halt: Halt = { error: null, unlisted: new Set() }
  const stopped = () => signal.aborted || halt.error !== null
  let done = 0
  await pool(plan.windows, feed.budget.concurrency, stopped, async (window) => {
    const failed = await readWindow(window, feed, context, halt)
    done++
    progress.finished(nameOf(window), failed)
  })
  const left = plan.windows.length - done
  if (halt.error !== null && left > 0) {
    const { code, fix } = halt.error
    const message = `${left} more requests were not made: ${halt.error.message}`
    tally.fail('prices', feed.source.id, new TidemarkError(code, { message, fix }), left)
  }
  return halt.error
}

/** @returns whether the item failed */
async function readWindow(
  window: PlannedWindow,
  feed: PriceFeed,
  context: Context,
  halt: Halt,
): Promise<boolean> {
  const { io, tally, grace, usage } = context
  if (halt.unlisted.has(nameOf(window))) return true
  const { asset, quote, from, to } = window
  try {
    const answer = await feed.source.prices({ asset, quote, from, to }, grace)
    tally.answers++
    const write = writeOf(window, answer, await knownOf(window, context))
    for (const counts of await io.store.writePrices([write])) tally.addHours(counts)
    return false
  } catch (error) {
    if (isAbort(error, context)) return true
    if (!isItemError(error)) throw error
    await noteFailure(window, error, context, halt)
    return true
  } finally {
    await usage.flush()
  }
}

/** What an answer is judged with. Chunks are read only where another provider has any. */
export async function knownOf(window: PlannedWindow, { io }: Pick<Context, 'io'>): Promise<Known> {
  const { asset, quote, provider, core } = window
  const months = { from: monthOf(core.from), to: monthOf(core.to - 1) }
  const shared = await hasOther(window, io.store)
  const chunks = shared ? await io.store.chunks({ assets: [asset], quote, ...months }) : []
  const gaps = await io.store.gaps({ asset, quote })
  return {
    gaps: gaps.filter((gap) => gap.provider === provider),
    suspects: await io.store.suspects({ asset, quote, provider }),
    others: chunks.filter((chunk) => chunk.provider !== provider),
    now: io.now(),
  }
}

async function noteFailure(
  window: PlannedWindow,
  error: TidemarkError,
  context: Context,
  halt: Halt,
): Promise<void> {
  const { io, tally } = context
  const reason = gapReasonOf(error)
  // The limiter says `postponed` when the provider is to be left alone: its breaker is open, or its month used up.
  const down = 'kind' in error && error.kind === 'postponed'
  const halts = down || error.code.startsWith('CREDENTIAL') || error.code === 'CONFIG_INVALID'
  if (halts) halt.error ??= error
  if (reason === 'not-listed') halt.unlisted.add(nameOf(window))
  if (reason === 'not-listed' && (await hasOther(window, io.store))) {
    context.emit({ type: 'notice', level: 'warn', message: error.message })
  } else tally.fail(nameOf(window), window.provider, error)
  // That says nothing about the hours: they stay as they are, and the next run asks for them.
  if (halts) return
  const gaps = await failedGaps(window, reason, error, context)
  if (gaps.length > 0) await io.store.writeGaps(gaps)
}

/** Whether the asset is priced from elsewhere: by hand, or by another provider. */
async function hasOther(window: PlannedWindow, store: SeriesReader): Promise<boolean> {
  const revisions = await store.revisions([window.asset], window.quote)
  return revisions.some((chunk) => chunk.provider !== window.provider)
}

/** Hours of the core that hold nothing and are no gap of another kind yet. */
async function failedGaps(
  window: PlannedWindow,
  reason: Gap['reason'],
  error: TidemarkError,
  { io }: Context,
): Promise<Gap[]> {
  const { asset, quote, provider, core } = window
  const state = (await storedSeries(io.store, asset, quote, [core])).state(provider)
  const other = state.gaps.filter((gap) => gap.reason !== reason && gap.reason !== 'failed' && gap.tries > 0)
  const lacking = without(without([core], givenRuns([core], state)), other)
  const now = io.now()
  return lacking.map((run) => {
    const before = state.gaps.filter((gap) => gap.reason === reason && within([run], [gap]).length > 0)
    const seen = Math.min(now, ...before.map((gap) => gap.seen))
    const tries = 1 + Math.max(0, ...before.map((gap) => gap.tries))
    return { asset, quote, provider, ...run, reason, message: error.message, seen, tried: now, tries }
  })
}

const nameOf = ({ asset, quote }: PlannedWindow): string => `${asset}/${quote}`
