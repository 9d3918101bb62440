import type { BalanceRead, BalanceReader, BlockRef, ChainRpc, Hex } from '../types.ts'
import { addressWord, byteLength, quantity } from './hex.ts'
import { manyCalls, type Read, type ReadResult } from './many-calls.ts'

const BALANCE_OF = '0x70a08231'
/** Some contracts answer a few words where one is due; what is longer is no balance. */
const MOST_BYTES = 1024

/** Why there is no balance where nothing stands at the address at that block: nobody can hold the token then. */
export const NO_CONTRACT = 'there is no contract at this block'
/** Why there is none where something stands there that knows of no balances. */
const NO_BALANCES = 'the contract answers nothing'

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
      return { block, balances: await withReasons(rpc, block, balances, signal) }
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
      ? NO_BALANCES
      : bytes < 32 || bytes > MOST_BYTES
        ? `the contract answers ${bytes} bytes where 32 are due`
        : null
  if (why !== null) return { wallet, contract, amount: null, reason: why }
  return { wallet, contract, amount: BigInt(data.slice(0, 66)), reason: null }
}

/** Tells contracts that answer nothing from addresses at which there is none yet. */
async function withReasons(
  rpc: ChainRpc,
  block: BlockRef,
  balances: readonly BalanceRead[],
  signal: AbortSignal,
): Promise<readonly BalanceRead[]> {
  const silent = [
    ...new Set(balances.filter(({ reason }) => reason === NO_BALANCES).map(({ contract }) => contract)),
  ]
  if (silent.length === 0) return balances
  const calls = silent.map((contract) => ({
    method: 'eth_getCode',
    params: [contract, quantity(block.number)],
  }))
  const codes = await rpc.batch(calls, { state: block.number }, signal)
  const absent = new Set(
    silent.filter((_, at) => {
      const code = codes[at]
      return code?.ok === true && code.result === '0x'
    }),
  )
  return balances.map((read) =>
    read.reason === NO_BALANCES && absent.has(read.contract) ? { ...read, reason: NO_CONTRACT } : read,
  )
}
