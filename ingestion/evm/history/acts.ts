import type { BlockRef, ChainRpc, Hex, OwnTx } from '../types.ts'
import { transactions, type BlockTx } from './blocks.ts'
import { selectorOf, type SeenCall } from './calls.ts'

/** A transaction that concerns an account with code, and where it stands. */
export type Candidate = { readonly tx: Hex; readonly block: BlockRef; readonly txIndex: number }

/**
 * What an account with code did of its own: the transactions in which it called something, with the first such call.
 * Seen in the calls where these are known, else read from what it was told to do.
 */
export async function actsOf(
  rpc: ChainRpc,
  wallet: Hex,
  calls: readonly SeenCall[],
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<OwnTx[]> {
  const first = new Map<Hex, SeenCall>()
  for (const call of calls) {
    if (call.from === wallet && call.selector !== null && !first.has(call.tx)) first.set(call.tx, call)
  }
  const unknown = candidates.filter(({ tx }) => !first.has(tx)).map(({ tx }) => tx)
  const known = await transactions(rpc, [...new Set(unknown)], signal)
  return candidates.flatMap(({ tx, block, txIndex }) => {
    const place = { tx, block, txIndex, failed: false }
    const call = first.get(tx)
    if (call !== undefined) return [{ ...place, to: call.to, selector: call.selector }]
    const told = known.get(tx)
    return told?.to === wallet && told.input !== '0x' ? [{ ...place, ...toldCall(told) }] : []
  })
}

/** Own transactions of a delegated account that call itself say within what they are to do. */
export function innerCall(own: OwnTx, tx: BlockTx | undefined): OwnTx {
  return tx === undefined ? own : { ...own, ...toldCall(tx) }
}

/** `execTransaction` of a Safe and `execute` of most other accounts begin alike: receiver, value, data. */
const EXECUTIONS = new Set(['0x6a761202', '0xb61d27f6'])

function toldCall({ input }: BlockTx): Pick<OwnTx, 'to' | 'selector'> {
  const word = (at: number) => input.slice(10 + at * 64, 74 + at * 64)
  if (!EXECUTIONS.has(input.slice(0, 10)) || word(2).length < 64) return { to: null, selector: null }
  const offset = Number(`0x${word(2)}`)
  // Past the length of the data, which stands in a word of its own.
  const data = Number.isSafeInteger(offset) ? input.slice(10 + (offset + 32) * 2) : ''
  return { to: `0x${word(0).slice(24)}`, selector: selectorOf(`0x${data}`) }
}
