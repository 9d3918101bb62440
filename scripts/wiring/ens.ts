import type { EnsAddress } from '#ingestion/evm/ens/ens.ts'
import type { Chains } from './chains.ts'

/** The chain that names are registered on. */
const ENS_CHAIN = 'ethereum'

/** The address that an ENS name stands for now, with the block of the answer. Errors as `resolveEns`. */
export async function lookUpName(chains: Chains, name: string, signal: AbortSignal): Promise<EnsAddress> {
  // It brings the tables of all letters of the world with it.
  const { resolveEns } = await import('#ingestion/evm/ens/ens.ts')
  const { rpc } = await chains.open(chains.chain(ENS_CHAIN))
  return resolveEns(rpc, name, await rpc.block('latest', signal), signal)
}
