import type { AssetId } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import type { Gap } from '#core/sample.ts'

/** Parts of a run that take time, in the order they come; `import` counts kilobytes. */
export const STAGES = ['import', 'flows', 'wallets', 'coins', 'prices', 'pnl'] as const
export type Stage = (typeof STAGES)[number]

/** What one provider is asked for by a plan, and what that costs. */
export type PlanCost = {
  readonly provider: ProviderId
  readonly calls: number
  /** At the configured rate; null when the rate is unknown. */
  readonly seconds: number | null
  /** Calls left in this UTC month, null when the plan has no such limit. */
  readonly creditsLeft: number | null
  /** `calls` as a share of `creditsLeft`, more than 1 when they do not suffice; null without a limit, or when none are left. */
  readonly creditsShare: number | null
}

/** A plan as it is shown before the first request. */
export type PlanSummary = {
  /** Marks asked for, `from` to `to` both included. */
  readonly from: Hour
  readonly to: Hour
  readonly assets: readonly AssetId[]
  /** Hours over all assets that are wanted, that the store has, and that will be read. */
  readonly hours: { readonly wanted: number; readonly known: number; readonly read: number }
  readonly costs: readonly PlanCost[]
  /** Hours that no request will be made for (`plan-reach`). */
  readonly gaps: readonly Gap[]
}

/** What a job says while it runs; the command line draws bars, lines or NDJSON from it. */
export type JobEvent =
  | { readonly type: 'start'; readonly run: string; readonly command: string; readonly at: number }
  | { readonly type: 'plan'; readonly plan: PlanSummary }
  | { readonly type: 'stage'; readonly stage: Stage; readonly total: number | null }
  | {
      readonly type: 'progress'
      readonly stage: Stage
      readonly done: number
      readonly total: number
      readonly failed: number
      /** What was finished last, as `bitcoin/usd` or a wallet. */
      readonly item: string
    }
  | { readonly type: 'notice'; readonly level: 'info' | 'warn'; readonly message: string }
  | { readonly type: 'draining'; readonly reason: string }
  | {
      readonly type: 'end'
      readonly run: string
      readonly command: string
      readonly exitCode: number
      readonly at: number
    }

/** Takes events as they happen; never throws and is not waited for. */
export type Emit = (event: JobEvent) => void
