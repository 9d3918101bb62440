import type { TidemarkError } from '#core/errors.ts'
import type { HttpTuning, SharedLimit } from '../../http/options.ts'
import type { ChainRpc, EvmChain } from '../types.ts'
import { anotherChain } from './another-chain.ts'
import { ChainClient } from './chain-rpc.ts'
import { Endpoint } from './endpoint.ts'
import { Failover } from './failover.ts'
import { CEILING } from './hosts.ts'
import { Member } from './member.ts'
import { patienceOf } from './needs.ts'
import type { TraitStore } from './traits.ts'

export type RpcOptions = {
  /** In order of preference; at least one. */
  readonly urls: readonly string[]
  /** Requests a second, for each endpoint and for the chain; null for what each host is known for. */
  readonly rate: number | null
  readonly traits: TraitStore
  /** Told once of each endpoint that turns out to be of another chain; the others are asked. */
  readonly onForeign?: (error: TidemarkError) => void
  /** `retry`: waits between attempts at one endpoint; `limits`: the longest that a request may take. */
  readonly http: HttpTuning
}

const RETRIES = 5
const MIN_MS = 500
const MAX_MS = 15_000
const PATIENCE_MS = 300_000

/**
 * A chain, asked through its endpoints: in their order, as fast as each of them bears, no question twice where the
 * answer would be the same. Nothing is sent before the first question.
 */
export function openChain(chain: EvmChain, { urls, rate, traits, http, onForeign }: RpcOptions): ChainRpc {
  if (urls.length === 0) throw new RangeError(`${chain.name}: no endpoint is given`)
  const now = http.now ?? Date.now
  const { retries = RETRIES, minMs = MIN_MS, maxMs = MAX_MS } = http.retry ?? {}
  const patience = patienceOf(http.limits)
  const tuned = { ...http, shared: together(rate ?? CEILING, http.shared ?? null) }
  const members = urls.map((url) => {
    const endpoint = new Endpoint({ chain, url, rate, http: tuned })
    const tell = (of: Endpoint) => onForeign?.(anotherChain(chain, of))
    return new Member(endpoint, {
      ...{ store: traits, patience, now, retries, minMs, maxMs },
      // Where it is the only one the error says it.
      ...(urls.length > 1 ? { onForeign: tell } : {}),
    })
  })
  const patienceMs = http.retry?.rateLimitPatienceMs ?? PATIENCE_MS
  return new ChainClient(chain, new Failover(chain, members, { retries, patienceMs, now }), patience)
}

/** The ceiling of the chain: its endpoints together keep it. */
function together(perSecond: number, others: SharedLimit | null): SharedLimit {
  const spacing = 1_000 / perSecond
  let next = 0
  return {
    async reserve() {
      const asked = others === null ? 0 : await others.reserve()
      const now = performance.now()
      const at = Math.max(next, now)
      next = at + spacing
      return Math.max(asked, at - now)
    },
  }
}
