import { TidemarkError } from '#core/errors.ts'
import type { EndpointReport, EvmChain } from '../types.ts'

/** What is said of an endpoint that is of another chain: alone, or beside others that are of the right one. */
export function anotherChain(
  { name, chainId }: EvmChain,
  { host, foreign }: Pick<EndpointReport, 'host' | 'foreign'>,
): TidemarkError {
  return new TidemarkError('CONFIG_INVALID', {
    message: `${host} is an endpoint of chain ${foreign}, and it is set for ${name}, which is chain ${chainId}.`,
    fix: `Move that address to RPC_URL_${foreign}, or correct it in RPC_URL_${chainId}.`,
  })
}
