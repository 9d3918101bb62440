import type { Hex } from '../types.ts'
import { addressWord, isHex, padded, WORD, wordOf } from './hex.ts'

/** A call of a contract without a sender, `data` being its call data. */
export type ContractCall = { readonly to: Hex; readonly data: Hex }
export type Returned = { readonly success: boolean; readonly data: Hex }

const AGGREGATE3 = '0x82ad56cb'
export const GET_ETH_BALANCE = '0x4d2301cc'
export const GET_BLOCK_NUMBER = '0x42cbb15c'
export const GET_BLOCK_TIME = '0x0f28c97d'

/**
 * Call data of Multicall3's `aggregate3`, each call allowed to fail. Written by hand: an ABI library takes longer to
 * encode and decode a thousand calls than a node takes to answer them.
 */
export function encodeAggregate(calls: readonly ContractCall[]): Hex {
  const offsets: string[] = []
  const parts: string[] = []
  // Offsets are counted from the end of the length word.
  let at = calls.length * 32
  for (const { to, data } of calls) {
    const digits = data.slice(2)
    const part = addressWord(to) + wordOf(1) + wordOf(96) + wordOf(digits.length / 2) + padded(digits)
    offsets.push(wordOf(at))
    parts.push(part)
    at += part.length / 2
  }
  return `${AGGREGATE3}${wordOf(32)}${wordOf(calls.length)}${offsets.join('')}${parts.join('')}`
}

/**
 * What `aggregate3` returned, in the order of the calls.
 * @returns null where it is not the answer of `count` calls
 */
export function decodeAggregate(result: unknown, count: number): Returned[] | null {
  if (!isHex(result)) return null
  const digits = result.slice(2)
  const list = numberAt(digits, 0) * 2
  if (numberAt(digits, list) !== count) return null
  const base = list + WORD
  const returned: Returned[] = []
  for (let index = 0; index < count; index++) {
    const at = base + numberAt(digits, base + index * WORD) * 2
    const success = numberAt(digits, at)
    const data = at + numberAt(digits, at + WORD) * 2
    const length = numberAt(digits, data) * 2
    const end = data + WORD + length
    if (!(success <= 1) || !(end <= digits.length)) return null
    returned.push({ success: success === 1, data: `0x${digits.slice(data + WORD, end)}` })
  }
  return returned
}

/** The number of a word; NaN beyond the end, and for what no length or offset can be. */
function numberAt(digits: string, at: number): number {
  const word = digits.slice(at, at + WORD)
  return word.length === WORD && /^0{52}/.test(word) ? parseInt(word.slice(52), 16) : NaN
}
