import { decodeAbiParameters } from 'viem/utils'
import type { Hex } from '../types.ts'

const SINGLE = [{ type: 'uint256' }, { type: 'uint256' }] as const
const BATCH = [{ type: 'uint256[]' }, { type: 'uint256[]' }] as const

/**
 * What the data of an ERC-1155 event lists: ids with their amounts, each id once.
 * @returns null when the data is not what the event says, or its two lists differ in length
 */
export function itemsOf(data: Hex, batch: boolean): { tokenId: bigint; amount: bigint }[] | null {
  try {
    if (!batch) {
      const [tokenId, amount] = decodeAbiParameters(SINGLE, data)
      return [{ tokenId, amount }]
    }
    const [ids, amounts] = decodeAbiParameters(BATCH, data)
    if (ids.length !== amounts.length) return null
    const items = new Map<bigint, bigint>()
    ids.forEach((id, at) => items.set(id, (items.get(id) ?? 0n) + (amounts[at] as bigint)))
    return [...items].map(([tokenId, amount]) => ({ tokenId, amount }))
  } catch {
    return null
  }
}
