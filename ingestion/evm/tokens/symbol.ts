import { byteLength, WORD } from '../balances/hex.ts'
import type { Hex } from '../types.ts'
import { skeleton, unmasked } from './confusables.ts'

const MOST = 32
/** More is not read: a contract may answer megabytes. */
const MOST_TEXT_BYTES = 256

/**
 * The text that `symbol()` or `name()` answered: a string of the ABI, or 32 bytes filled up with zeros, as tokens of
 * 2017 have it.
 * @returns null where it is neither
 */
export function textOf(data: Hex): string | null {
  const digits = data.slice(2)
  if (byteLength(data) === 32) return utf8(digits.replace(/(00)+$/, ''))
  if (byteLength(data) < 64 || BigInt(`0x${digits.slice(0, WORD)}`) !== 32n) return null
  const length = BigInt(`0x${digits.slice(WORD, 2 * WORD)}`)
  const text = digits.slice(2 * WORD)
  if (length * 2n > BigInt(text.length)) return null
  return utf8(text.slice(0, Number(length) * 2))
}

function utf8(digits: string): string {
  return new TextDecoder().decode(Buffer.from(digits.slice(0, MOST_TEXT_BYTES * 2), 'hex'))
}

/**
 * A symbol made fit to stand in a table or page: whoever deploys a contract writes it. No control or direction
 * characters, no markup, nothing that pretends to be a Latin letter, at most 32 characters; empty when nothing is left.
 */
export function cleanSymbol(text: string): string {
  return unmasked([...plainText(text)].slice(0, MOST).join('').trim())
}

/** What a symbol can be taken for, whatever letters it is written in; see `skeleton`. */
export const readsAs = (text: string): string => skeleton(plainText(text)).slice(0, MOST)

function plainText(text: string): string {
  return (
    text
      .normalize('NFKC')
      .replace(/[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\ufffd]/gu, '')
      .replace(/<[^>]*>?/g, '')
      .replace(/[<>&"'`\\{}]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
      // A combining mark upon another climbs over the lines of a table.
      .replace(/(\p{M})\p{M}+/gu, '$1')
  )
}
