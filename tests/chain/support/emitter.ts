import type { Hex } from '#ingestion/evm/types.ts'
import type { Anvil } from './anvil.ts'

export const TRANSFER: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/**
 * A contract of nothing but logs: called with a count and two words it logs `Transfer(word 3, word 2, n)` for n from
 * the count down to 1, so that a long history takes few transactions.
 */
const CODE = [
  '600035', // count
  '5b8015604057', // while it is not 0
  '80600052', // its value is the amount
  '602035604035', // to, from
  `7f${TRANSFER.slice(2)}`,
  '60206000a3', // log it
  '60019003600356', // one less, again
  '5b00',
].join('')

export const EMITTER: Hex = '0x00000000000000000000000000000000000e1717'

export async function installEmitter(node: Anvil): Promise<void> {
  await node.rpc('anvil_setCode', [EMITTER, `0x${CODE}`])
}

/** Logs so many transfers in one transaction; without automatic mining they wait for the next block. */
export async function emitTransfers(
  node: Anvil,
  { count, from, to }: { readonly count: number; readonly from: Hex; readonly to: Hex },
): Promise<void> {
  const [sender] = await node.rpc<Hex[]>('eth_accounts')
  const words = [`0x${count.toString(16)}`, to, from].map((word) => word.slice(2).padStart(64, '0'))
  const gas = `0x${(60_000 + count * 2_100).toString(16)}`
  await node.rpc('eth_sendTransaction', [{ from: sender, to: EMITTER, data: `0x${words.join('')}`, gas }])
}

/** Mines empty blocks. */
export async function mine(node: Anvil, blocks: number): Promise<void> {
  if (blocks > 0) await node.rpc('anvil_mine', [`0x${blocks.toString(16)}`])
}

/** Arguments of a node on which long stretches of empty blocks take no time: it keeps no old states. */
export const LONG_HISTORY = ['--hardfork', 'shanghai', '--prune-history'] as const

/** A wallet's word in a topic. */
export const topicOf = (address: Hex): Hex => `0x${address.slice(2).padStart(64, '0')}`
