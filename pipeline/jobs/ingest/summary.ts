import type { AssetId } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { ErrorCode } from '#core/errors.ts'
import type { PlanSummary } from '../../events.ts'
import type { ProviderReport, RunOutcome } from '../../ports.ts'
import type { Range } from './request.ts'

/** An item of a run that did not succeed; the others went on. */
export type Failure = {
  /** `bitcoin/usd`, a wallet's address and chain, `coins`, … */
  readonly item: string
  readonly provider: ProviderId | null
  readonly code: ErrorCode
  readonly message: string
  readonly fix: string
  /** How many requests of the item met it. */
  readonly count: number
}

/** A chain that was read by its own nodes. */
export type ChainReport = {
  readonly chain: string
  readonly wallets: number
  /** The block read last; null where none was. */
  readonly until: number | null
  readonly blocks: number
  readonly requests: number
  readonly logs: number
  /** Flows that came and went. */
  readonly flows: { readonly added: number; readonly retired: number }
  readonly hosts: readonly string[]
  /** What could not be read or does not add up, in words. */
  readonly faults: readonly string[]
  /** Why it was not read to its end; null where it was. */
  readonly error: string | null
}

/** The end summary of a run: what the table prints, what `--json` prints, what the run's row keeps. */
export type IngestSummary = {
  readonly run: string
  readonly command: 'ingest' | 'backfill' | 'schedule'
  readonly dryRun: boolean
  readonly window: Range
  readonly plan: PlanSummary | null
  readonly coins: { readonly added: number; readonly changed: number; readonly unchanged: number }
  /** Hours of candles. `rejected`: samples that are none, and suspects that nothing confirmed. */
  readonly hours: {
    readonly added: number
    readonly changed: number
    readonly unchanged: number
    readonly rejected: number
  }
  readonly flows: { readonly added: number; readonly unchanged: number; readonly retired: number }
  readonly balances: { readonly added: number; readonly changed: number; readonly unchanged: number }
  readonly chains: readonly ChainReport[]
  /** In hours: new in this run, gone since it began, and still there, within the range asked for. */
  readonly gaps: { readonly found: number; readonly filled: number; readonly left: number }
  readonly suspects: { readonly found: number; readonly released: number; readonly left: number }
  readonly failures: readonly Failure[]
  readonly missingWallets: readonly { readonly wallet: string; readonly reason: string }[]
  /** Assets that no configured source can price. */
  readonly unpriced: readonly AssetId[]
  /** Held assets that are missing for longer than the last price is carried, with how many hours. */
  readonly missing: readonly { readonly asset: AssetId; readonly hours: number }[]
  readonly providers: readonly ProviderReport[]
  readonly started: number
  readonly finished: number
  readonly outcome: RunOutcome
  readonly exitCode: number
  /** True when the run changed no byte of any series, flow, balance or coin. */
  readonly nothingNew: boolean
  /** The command to run next. */
  readonly next: string
}
