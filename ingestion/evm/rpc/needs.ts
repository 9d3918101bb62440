import type { Limits } from '../../http/exchange.ts'
import type { HttpTuning } from '../../http/options.ts'
import type { Need } from '../types.ts'

/** What is asked of an endpoint, as far as it decides who can answer. */
export type Wanted = Need & {
  /** The method of a single call; null for several. */
  readonly name: string | null
  /** The first block whose logs are read; null when none are. */
  readonly logsFrom: number | null
}

/** States of this many blocks, the newest included, are what a node keeps that is no archive. */
export const RECENT_STATES = 128

/** Who hangs before anything is known of it is passed over soon. */
const PROBE = { headersMs: 10_000, totalMs: 20_000 }
const CALL = { headersMs: 20_000, totalMs: 60_000 }
// Nodes search long for the logs of many blocks.
const LOGS = { headersMs: 45_000, totalMs: 120_000 }

export type Patience = {
  readonly probe: Partial<Limits>
  readonly call: Partial<Limits>
  readonly logs: Partial<Limits>
}

/** How long each kind of request may take; what the caller tunes is the most. */
export function patienceOf(tuned: HttpTuning['limits']): Patience {
  const cut = (own: { headersMs: number; totalMs: number }) => ({
    headersMs: Math.min(own.headersMs, tuned?.headersMs ?? Infinity),
    totalMs: Math.min(own.totalMs, tuned?.totalMs ?? Infinity),
  })
  return { probe: cut(PROBE), call: cut(CALL), logs: cut(LOGS) }
}
