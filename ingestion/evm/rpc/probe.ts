import type { Limits } from '../../http/exchange.ts'
import { TidemarkError } from '#core/errors.ts'
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
 * @throws TidemarkError CONFIG_INVALID when it is of another chain, INTERRUPTED
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
  if (id !== endpoint.chain.chainId) throw anotherChain(endpoint, id)
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

function anotherChain({ chain, host }: Endpoint, id: number): TidemarkError {
  return new TidemarkError('CONFIG_INVALID', {
    message: `${host} is an endpoint of chain ${id}, and it is set for ${chain.name}, which is chain ${chain.chainId}.`,
    fix: `Move that address to RPC_URL_${id}, or correct it in RPC_URL_${chain.chainId}.`,
  })
}
