import { codesOf } from '../history/account.ts'
import { NOBODY } from '../history/events.ts'
import type { ChainRpc, Hex, KnownToken, WalletMovements } from '../types.ts'

/** An account that borrows code by signing a delegation (EIP-7702) is still its owner's. */
const DELEGATION = '0xef0100'

const known = new WeakMap<ChainRpc, Map<Hex, boolean>>()

/**
 * Which counterparties are contracts, asked once for each address as long as the chain is open: those that took something
 * in an own transaction, since only what a wallet called itself holds principal of it, and those that sent a token which
 * nobody lists.
 */
export async function contractsAmong(
  rpc: ChainRpc,
  read: readonly WalletMovements[],
  tokenOf: (contract: Hex | 'native') => KnownToken,
  block: number,
  signal: AbortSignal,
): Promise<(address: Hex) => boolean> {
  const asked = known.get(rpc) ?? new Map<Hex, boolean>()
  known.set(rpc, asked)
  const parties = read.flatMap((each) => [...takersOf(each), ...sendersOf(each, tokenOf)])
  const unasked = [...new Set(parties)].filter((address) => !asked.has(address))
  for (const [address, code] of await codesOf(rpc, unasked, block, signal)) {
    asked.set(address, code !== '0x' && !code.startsWith(DELEGATION))
  }
  return (address) => asked.get(address) ?? false
}

function takersOf({ movements, own }: WalletMovements): Hex[] {
  const called = new Map(own.filter(({ selector }) => selector !== null).map(({ tx, to }) => [tx, to]))
  return movements.flatMap(({ tx, amount, to }) => {
    if (tx === null || amount > 0n || !called.has(tx)) return []
    return [to, called.get(tx) ?? null].filter((address): address is Hex => address !== null)
  })
}

function sendersOf({ movements }: WalletMovements, tokenOf: (contract: Hex | 'native') => KnownToken): Hex[] {
  return movements.flatMap(({ amount, from, contract }) =>
    amount > 0n && from !== null && from !== NOBODY && tokenOf(contract).standing === 'unpriced'
      ? [from]
      : [],
  )
}
