import { TidemarkError } from '#core/errors.ts'
import type { ChainRpc, Hex, Need, RpcCall } from '../types.ts'

/**
 * Calls of which each has to be answered, in their order.
 * @throws TidemarkError PROVIDER_ANSWER naming the first that is not
 */
export async function askAll(
  rpc: ChainRpc,
  calls: readonly RpcCall[],
  need: Need,
  signal: AbortSignal,
): Promise<unknown[]> {
  if (calls.length === 0) return []
  const outcomes = await rpc.batch(calls, need, signal)
  return outcomes.map((outcome, at) => {
    if (outcome.ok) return outcome.result
    throw badAnswer(rpc, `${calls[at]?.method ?? 'a call'}: ${outcome.message}`)
  })
}

export function badAnswer({ chain }: ChainRpc, what: string): TidemarkError {
  return new TidemarkError('PROVIDER_ANSWER', {
    message: `An endpoint of ${chain.name} answered what cannot be read: ${what}.`,
    fix: `Run the same command again later, or set another endpoint first in RPC_URL_${chain.chainId}.`,
  })
}

export const hexOf = (value: number | bigint): Hex => `0x${value.toString(16)}`

/** A quantity as nodes write it; null for anything else. */
export function quantityOf(value: unknown): bigint | null {
  return typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value) ? BigInt(value) : null
}

/** @throws TidemarkError PROVIDER_ANSWER when it is none */
export function needQuantity(rpc: ChainRpc, value: unknown, name: string): bigint {
  const read = quantityOf(value)
  if (read === null) throw badAnswer(rpc, `${name} is no number`)
  return read
}

/** An address or hash in lower case; null for anything else. */
export function hexText(value: unknown): Hex | null {
  return typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value) ? (value.toLowerCase() as Hex) : null
}
