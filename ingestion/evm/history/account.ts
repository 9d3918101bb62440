import type { ChainRpc, Hex } from '../types.ts'
import { askAll, hexOf, hexText, needQuantity } from './ask.ts'

/** What the chain knows of an account by itself. */
export type AccountState = { readonly nonce: bigint; readonly balance: bigint }
/** An account at a block; `nonce` null: it is known to be as in `known`. */
export type StateQuery = { readonly wallet: Hex; readonly block: number; readonly nonce: bigint | null }

/** Nonce and balance of accounts at blocks, all in one batch; a nonce that is known is not asked for. */
export async function statesOf(
  rpc: ChainRpc,
  queries: readonly StateQuery[],
  signal: AbortSignal,
): Promise<AccountState[]> {
  const calls = queries.flatMap(({ wallet, block, nonce }) => {
    const params = [wallet, hexOf(block)]
    const balance = { method: 'eth_getBalance', params }
    return nonce === null ? [balance, { method: 'eth_getTransactionCount', params }] : [balance]
  })
  const oldest = queries.reduce((least, { block }) => Math.min(least, block), Infinity)
  const answers = await askAll(rpc, calls, { state: oldest }, signal)
  let at = 0
  return queries.map(({ nonce }) => {
    const balance = needQuantity(rpc, answers[at++], 'a balance')
    return { balance, nonce: nonce ?? needQuantity(rpc, answers[at++], 'a nonce') }
  })
}

/** Which of the accounts have code at a block, a delegation (EIP-7702) included. */
export async function codesOf(
  rpc: ChainRpc,
  accounts: readonly Hex[],
  block: number,
  signal: AbortSignal,
): Promise<Map<Hex, Hex>> {
  const calls = accounts.map((account) => ({ method: 'eth_getCode', params: [account, hexOf(block)] }))
  const codes = await askAll(rpc, calls, { state: block }, signal)
  return new Map(accounts.map((account, at) => [account, hexText(codes[at]) ?? '0x']))
}
