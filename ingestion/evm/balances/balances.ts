import type { BalanceRead, BalanceReader, ChainRpc, Hex } from '../types.ts'
import { addressWord, byteLength } from './hex.ts'
import { manyCalls, type Read, type ReadResult } from './many-calls.ts'

const BALANCE_OF = '0x70a08231'
/** Some contracts answer a few words where one is due; what is longer is no balance. */
const MOST_BYTES = 1024

/** Why there is no balance where no contract answers: for a token that nobody is known to hold, that is none. */
export const NO_CONTRACT = 'there is no contract at this block, or it has no balances'

type Wanted = { readonly wallet: Hex; readonly contract: Hex | 'native' }

/** Reads balances of many wallets at one block; see `BalanceReader`. Errors as `manyCalls`. */
export function balanceReader(rpc: ChainRpc): BalanceReader {
  return {
    async at(block, wallets, signal) {
      const wanted = wallets.flatMap(({ wallet, tokens }) =>
        (['native', ...new Set(tokens)] as const).map((contract): Wanted => ({ wallet, contract })),
      )
      const results = await manyCalls(rpc, block, wanted.map(readOf), signal)
      const balances = wanted.map((one, at) => balanceOf(one, results[at] as ReadResult))
      return { block, balances }
    },
  }
}

function readOf({ wallet, contract }: Wanted): Read {
  if (contract === 'native') return { native: wallet }
  return { to: contract, data: `${BALANCE_OF}${addressWord(wallet)}` }
}

function balanceOf({ wallet, contract }: Wanted, { data, reason }: ReadResult): BalanceRead {
  if (data === null) return { wallet, contract, amount: null, reason }
  const bytes = byteLength(data)
  const why =
    bytes === 0
      ? NO_CONTRACT
      : bytes < 32 || bytes > MOST_BYTES
        ? `the contract answers ${bytes} bytes where 32 are due`
        : null
  if (why !== null) return { wallet, contract, amount: null, reason: why }
  return { wallet, contract, amount: BigInt(data.slice(0, 66)), reason: null }
}
