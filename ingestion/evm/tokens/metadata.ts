import { manyCalls, type ReadResult } from '../balances/many-calls.ts'
import { byteLength } from '../balances/hex.ts'
import type { BlockRef, ChainRpc, Hex } from '../types.ts'
import { cleanSymbol, readsAs, textOf } from './symbol.ts'

/** What a token's contract says of itself. */
export type TokenFacts = {
  readonly contract: Hex
  /** Cleaned; empty where it has none. */
  readonly symbol: string
  /** What the symbol can be taken for, before it was cleaned. */
  readonly reads: string
  readonly decimals: number | null
  readonly form: 'plain' | 'rebasing' | 'scaled'
  readonly readAt: number
}

const SYMBOL = '0x95d89b41'
const DECIMALS = '0x313ce567'
/** Of the receipts of Aave and of lenders made after it, whose balances grow by interest. */
const UNDERLYING_ASSET_ADDRESS = '0xb16a19de'
/** Of Backed's stock tokens: 10^18 is one. */
const MULTIPLIER = '0x1b3ed722'
const ASKED = [SYMBOL, DECIMALS, UNDERLYING_ASSET_ADDRESS, MULTIPLIER] as const
/** What an ERC-20 may declare and 256 bits can hold. */
const MOST_DECIMALS = 77n

/** Reads what contracts say of themselves at a block. Errors as `manyCalls`; never for a contract's sake. */
export async function readFacts(
  rpc: ChainRpc,
  block: BlockRef,
  contracts: readonly Hex[],
  now: number,
  signal: AbortSignal,
): Promise<TokenFacts[]> {
  const reads = contracts.flatMap((to) => ASKED.map((data) => ({ to, data }) as const))
  const results = await manyCalls(rpc, block, reads, signal)
  return contracts.map((contract, at) => {
    const [symbol, decimals, underlying, multiplier] = results.slice(at * ASKED.length)
    const text = (symbol?.data && textOf(symbol.data)) ?? ''
    return {
      contract,
      symbol: cleanSymbol(text),
      reads: readsAs(text),
      decimals: decimalsOf(decimals),
      form: formOf(underlying, multiplier),
      readAt: now,
    }
  })
}

function decimalsOf(result: ReadResult | undefined): number | null {
  const value = wordOf(result)
  return value === null || value > MOST_DECIMALS ? null : Number(value)
}

function formOf(underlying: ReadResult | undefined, multiplier: ReadResult | undefined): TokenFacts['form'] {
  const address = wordOf(underlying) ?? 0n
  if (address > 0n && address < 2n ** 160n) return 'rebasing'
  // Between a thousandth and a thousand shares: what else is called `multiplier` counts in other units.
  const times = wordOf(multiplier) ?? 0n
  return times >= 10n ** 15n && times <= 10n ** 21n ? 'scaled' : 'plain'
}

function wordOf(result: ReadResult | undefined): bigint | null {
  if (!result?.data || byteLength(result.data) !== 32) return null
  return BigInt(result.data)
}
