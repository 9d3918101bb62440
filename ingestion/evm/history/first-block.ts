import type { ChainRpc, Hex } from '../types.ts'
import { askAll, hexOf, hexText, quantityOf } from './ask.ts'

/** Parts that what is left is cut into: a round is one batch over all wallets. */
const PARTS = 4

/**
 * The first block at which each account has a nonce, a balance or code, found by bisecting; null for one that has none
 * at `until`. Exact for accounts without code: nonce and code never go back, and what came stays until a transaction of
 * its own, which leaves a nonce. A contract that destroyed itself before `until` is not found, and neither is a token
 * that came before the first ether: such a token is in the opening.
 */
export async function firstBlocks(
  rpc: ChainRpc,
  wallets: readonly Hex[],
  until: number,
  signal: AbortSignal,
): Promise<Map<Hex, number | null>> {
  const present = await alive(
    rpc,
    wallets.map((wallet) => ({ wallet, block: until })),
    signal,
  )
  const found = new Map<Hex, number | null>(wallets.map((wallet) => [wallet, null]))
  // Not there at `from`, there at `to`; before the first block nobody is.
  let open = wallets.filter((_, at) => present[at]).map((wallet) => ({ wallet, from: -1, to: until }))
  while (open.length > 0) {
    for (const { wallet, from, to } of open) if (to - from === 1) found.set(wallet, to)
    open = open.filter(({ from, to }) => to - from > 1)
    const probes = open.flatMap(({ wallet, from, to }) =>
      cuts(from, to).map((block) => ({ wallet, block, from, to })),
    )
    const there = await alive(rpc, probes, signal)
    const next = new Map(open.map((interval) => [interval.wallet, interval]))
    probes.forEach(({ wallet, block }, at) => {
      const { from, to } = next.get(wallet) as { from: number; to: number }
      const narrowed = there[at] ? { from, to: Math.min(to, block) } : { from: Math.max(from, block), to }
      next.set(wallet, { wallet, ...narrowed })
    })
    open = [...next.values()]
  }
  return found
}

function cuts(from: number, to: number): number[] {
  const places = Array.from(
    { length: PARTS - 1 },
    (_, at) => from + Math.round(((to - from) * (at + 1)) / PARTS),
  )
  return [...new Set(places)].filter((place) => place > from && place < to)
}

async function alive(
  rpc: ChainRpc,
  probes: readonly { readonly wallet: Hex; readonly block: number }[],
  signal: AbortSignal,
): Promise<boolean[]> {
  const calls = probes.flatMap(({ wallet, block }) =>
    ['eth_getTransactionCount', 'eth_getBalance', 'eth_getCode'].map((method) => ({
      method,
      params: [wallet, hexOf(block)],
    })),
  )
  const oldest = probes.reduce((least, { block }) => Math.min(least, block), Infinity)
  const answers = await askAll(rpc, calls, { state: oldest }, signal)
  return probes.map((_, at) => {
    const [nonce, balance, code] = answers.slice(at * 3, at * 3 + 3)
    return quantityOf(nonce) !== 0n || quantityOf(balance) !== 0n || (hexText(code) ?? '0x') !== '0x'
  })
}
