import type { Limits } from '../../http/exchange.ts'
import type { Endpoint } from './endpoint.ts'
import { refusal, type Refusal } from './errors.ts'
import { quantity } from './raw-log.ts'
import type { Answer } from './wire.ts'

export type Introduced = { readonly head: number } | { readonly refusal: Refusal }

// Gives back what it is sent, on every chain, without any contract.
const IDENTITY = '0x0000000000000000000000000000000000000004'

/**
 * Whether an endpoint is of its chain and alive: in one request its chain, its newest block, and a call, since nodes
 * that have lost their state still count blocks.
 * @returns its newest block, or why it is not asked: `foreign` when it is of another chain
 * @throws TidemarkError INTERRUPTED
 */
export async function introduce(
  endpoint: Endpoint,
  limits: Partial<Limits>,
  signal: AbortSignal,
): Promise<Introduced> {
  const calls = [
    { method: 'eth_chainId', params: [] },
    { method: 'eth_blockNumber', params: [] },
    { method: 'eth_call', params: [{ to: IDENTITY, data: '0x01' }, 'latest'] },
  ]
  const [chainId, number, call] = (await endpoint.ask(calls, limits, signal)) as [Answer, Answer, Answer]
  if (!chainId.ok) return { refusal: chainId.refusal }
  const id = quantity(chainId.result)
  if (id === null) return malformed('eth_chainId')
  if (id !== endpoint.chain.chainId) {
    endpoint.foreign = id
    return { refusal: refusal('foreign', `it is an endpoint of chain ${id}`) }
  }
  if (!number.ok) return { refusal: number.refusal }
  const head = quantity(number.result)
  if (head === null) return malformed('eth_blockNumber')
  if (call.ok) return { head }
  if (call.refusal.kind === 'rate') return { refusal: call.refusal }
  return { refusal: refusal('dead', `it counts blocks and answers no eth_call: ${call.refusal.words}`) }
}

function malformed(method: string): Introduced {
  return { refusal: refusal('malformed', `the answer to ${method} is no number`) }
}
