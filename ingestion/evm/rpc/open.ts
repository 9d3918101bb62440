import type { HttpTuning } from '../../http/options.ts'
import type { ChainRpc, EvmChain } from '../types.ts'
import { createChainRpc } from './chain-rpc.ts'
import type { TraitStore } from './traits.ts'

export type RpcOptions = {
  /** In order of preference; at least one. */
  readonly urls: readonly string[]
  /** Requests a second of each endpoint, or null for what its host is known for. */
  readonly rate: number | null
  readonly traits: TraitStore
  readonly http: HttpTuning
}

/**
 * A chain, asked through its endpoints. Nothing is sent before the first question.
 * @see docs/providers.md
 */
export function openChain(chain: EvmChain, options: RpcOptions): ChainRpc {
  return createChainRpc(chain, options)
}
