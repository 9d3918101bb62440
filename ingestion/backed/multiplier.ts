import { Multiplier, PastMultiplier } from './schema.ts'

/** By what raw balances of a stock token are multiplied, and what it is going to be. */
export type CurrentMultiplier = {
  readonly current: number
  /** From when on another one holds, milliseconds since 1970; null where nothing is pending. */
  readonly pending: { readonly multiplier: number; readonly from: number } | null
}
/** A change that has taken place. */
export type MultiplierStep = {
  readonly from: number
  readonly before: number
  readonly after: number
  readonly reason: string | null
}

/** @returns null when the answer cannot be read */
export function multiplierOf(raw: unknown): CurrentMultiplier | null {
  const read = Multiplier.safeParse(raw)
  if (!read.success || !(read.data.currentMultiplier > 0)) return null
  const { currentMultiplier, newMultiplier, activationDateTime } = read.data
  // A 0 says that nothing is pending, not that the price goes to 0.
  const next = newMultiplier ?? 0
  const at = activationDateTime ?? 0
  const pending = next > 0 && at > 0 ? { multiplier: next, from: at * 1000 } : null
  return { current: currentMultiplier, pending }
}

/** Changes of the past, oldest first. @returns null when one of them cannot be read */
export function stepsOf(raw: unknown): MultiplierStep[] | null {
  const rows = Array.isArray(raw) ? raw : (raw as { nodes?: unknown } | null)?.nodes
  if (!Array.isArray(rows)) return null
  const steps = rows.map((row) => {
    const step = PastMultiplier.safeParse(row).data
    if (step === undefined) return null
    const { activationDateTime: at, previousMultiplier, multiplier, reason } = step
    const from = typeof at === 'number' ? at * 1000 : timeOf(at)
    return Number.isNaN(from)
      ? null
      : { from, before: previousMultiplier, after: multiplier, reason: reason ?? null }
  })
  const usable = steps.filter((step) => step !== null)
  return usable.length === steps.length ? usable.sort((a, b) => a.from - b.from) : null
}

const timeOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text))
