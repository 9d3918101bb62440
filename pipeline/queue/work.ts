import { z } from 'zod'
import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { formatTime, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, type Month } from '#core/month.ts'
import type { HourRun } from '../plan/runs.ts'

/** The hours of one month that a series should have, [from, to). */
export type PriceWork = {
  readonly kind: 'prices'
  readonly asset: AssetId
  readonly quote: Quote
  readonly month: Month
  readonly from: Hour
  readonly to: Hour
}
/** A wallet on its chains: what it holds, and what it did since `from` (or since it was last read, if that is later). */
export type WalletWork = {
  readonly kind: 'wallet'
  readonly owner: string
  readonly address: string
  readonly label: string | null
  readonly chains: readonly string[]
  readonly from: Hour
}
/**
 * The months of a portfolio that are not computed yet. One piece for all of them: a month begins in the state that the
 * one before it ends in, so that months of one portfolio cannot be computed beside each other.
 */
export type PnlWork = { readonly kind: 'pnl'; readonly owner: string; readonly portfolio: string }
export type Work = PriceWork | WalletWork | PnlWork

/** A piece of work as a queue holds it. Entries of one id are the same work, and are there once. */
export type Entry = { readonly id: string; readonly group: Group; readonly data: Work }

/** What calls providers, and what computes once that is done. */
export type Group = 'fetch' | 'compute'

/** The work's identity: what it brings, not which of its hours were missing when it was handed out. */
export function entryOf(work: Work): Entry {
  const group = work.kind === 'pnl' ? 'compute' : 'fetch'
  // A colon parts the keys of the queue in Redis.
  return { id: partsOf(work).map(encodeURIComponent).join('|'), group, data: work }
}

function partsOf(work: Work): string[] {
  if (work.kind === 'prices') return [work.kind, work.asset, work.quote, work.month]
  return [work.kind, work.owner, work.kind === 'wallet' ? work.address : work.portfolio]
}

/** A piece of work as a person reads it. */
export function describeWork(work: Work): string {
  if (work.kind === 'wallet') return `wallet ${work.label ?? work.address}`
  if (work.kind === 'pnl') return `PnL of ${work.portfolio}`
  const { asset, quote, month, from, to } = work
  const whole = from === monthStart(month) && to === monthEnd(month)
  return `${asset}/${quote} ${month}${whole ? '' : ` (${formatTime(from)} to ${formatTime(to)})`}`
}

/**
 * What stays to be done when work is handed out again while the same still waits, or null when nothing is added to it:
 * a month of prices takes the hours of both.
 */
export function widened(waiting: Work, again: Work): Work | null {
  if (waiting.kind !== 'prices' || again.kind !== 'prices') return null
  if (waiting.from <= again.from && waiting.to >= again.to) return null
  const hull = { from: Math.min(waiting.from, again.from), to: Math.max(waiting.to, again.to) } as HourRun
  return { ...waiting, ...hull }
}

const hour = z
  .number()
  .int()
  .transform((ms) => ms as Hour)
const text = z.string().min(1).max(256)
const Shape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('prices'),
    asset: text.transform((id) => id as AssetId),
    quote: text.transform((id) => id as Quote),
    month: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
      .transform((month) => month as Month),
    from: hour,
    to: hour,
  }),
  z.strictObject({
    kind: z.literal('wallet'),
    owner: text,
    address: text,
    label: text.nullable(),
    chains: z.array(text).readonly(),
    from: hour,
  }),
  z.strictObject({ kind: z.literal('pnl'), owner: text, portfolio: text }),
])

/** Reads what a queue holds. @throws TidemarkError INPUT_INVALID for what is no work of this version */
export function readWork(data: unknown): Work {
  const read = Shape.safeParse(data)
  if (read.success) return read.data
  throw new TidemarkError('INPUT_INVALID', {
    message: 'The queue holds something that is no work of this version of Tidemark.',
    fix: 'Use one version for all workers and for whoever hands out work.',
  })
}

/** What a queue holds, as a person reads it. */
export function describeData(data: unknown): string {
  const read = Shape.safeParse(data)
  return read.success ? describeWork(read.data) : 'no work of this version'
}
