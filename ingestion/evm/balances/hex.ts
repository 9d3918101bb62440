import type { Hex } from '../types.ts'

/** Words of 32 bytes, as the ABI of contracts counts them, written as hexadecimal digits without 0x. */
export const WORD = 64

export const wordOf = (value: number | bigint): string => value.toString(16).padStart(WORD, '0')
/** @param address `0x` and 40 digits */
export const addressWord = (address: string): string => address.slice(2).padStart(WORD, '0')

/** The digits of a whole number of words. */
export function padded(digits: string): string {
  const over = digits.length % WORD
  return over === 0 ? digits : digits + '0'.repeat(WORD - over)
}

/** Bytes of a hexadecimal text. */
export const byteLength = (hex: string): number => (hex.length - 2) / 2

export const isHex = (value: unknown): value is Hex =>
  typeof value === 'string' && value.length % 2 === 0 && /^0x[0-9a-f]*$/i.test(value)

/** A quantity as nodes take it. */
export const quantity = (value: number): Hex => `0x${value.toString(16)}`
