import { EVM_CHAIN_NAMES, usualChain } from '#core/chain.ts'
import { formatTime } from '#core/hour.ts'
import { listedById, listedChains } from '#core/listed-chain.ts'
import type { Handler } from '../types.ts'

export const chains: Handler<'chains'> = async (_ask, { now }) => {
  const usual = EVM_CHAIN_NAMES.map((name) => {
    const id = usualChain(name)?.id ?? name
    const listed = listedById(Number(id.slice('eip155:'.length)))
    return { name, id, symbol: listed?.symbol ?? null, usual: true, testnet: false }
  })
  const known = new Set(usual.map(({ id }) => id))
  const others = listedChains()
    .map(({ names, chainId, symbol, testnet }) => ({
      ...{ name: names[0] as string, id: `eip155:${chainId}` },
      ...{ symbol: symbol || null, usual: false, testnet },
    }))
    .filter(({ id }) => !known.has(id))
  return { schemaVersion: 1, asOf: formatTime(now()), chains: [...usual, ...others] }
}
