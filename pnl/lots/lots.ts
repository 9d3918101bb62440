import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { RateAt, WalletNames } from '../flows/leg.ts'
import type { LotMarkAt, LotReport } from './report.ts'
import type { LotSettings } from './settings.ts'

/** Flows and prices. Flows come in any order; those after `at` only tell how groups belong together. */
export type LotInput = {
  readonly flows: readonly Flow[]
  readonly base: AssetId
  /** What the portfolio calls its wallets; empty takes every name as it stands. */
  readonly names: WalletNames
  /** Price of one unit of a fiat currency in the base currency, for `priceCurrency`. */
  readonly rateAt: RateAt
  readonly markAt: LotMarkAt
  /** Flows up to and including this moment count; its marks value what is open. */
  readonly at: number
}

/** Flows read once, for any number of settings. */
export type LotLedger = { readonly input: LotInput }

/** Reads flows into a ledger: legs, values of exchanges, pairs of transfers, in order. */
export function prepareLots(_input: LotInput): LotLedger {
  throw new Error('not there yet')
}

/**
 * Lots by the settings given.
 * @throws TidemarkError LOTS_REFUSED when more leaves than there is under `refuse`, or when a flow names lots that are
 *   not there (`specific`)
 */
export function computeLots(_ledger: LotLedger, _settings: LotSettings): LotReport {
  throw new Error('not there yet')
}
