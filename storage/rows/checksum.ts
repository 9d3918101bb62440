import { crc32 } from 'node:zlib'

/** What a column of a row may hold. */
export type RowValue = string | number | bigint | null | Uint8Array

/**
 * Checksum of a row: CRC-32 over an unambiguous text of its columns, then over its blobs. It finds every single
 * flipped byte; it is no defence against somebody who forges a row.
 */
export function rowSum(values: readonly RowValue[]): number {
  return values.every(isPlain) ? crc32(JSON.stringify(values)) : mixedSum(values)
}

const isPlain = (value: RowValue): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'bigint')

function mixedSum(values: readonly RowValue[]): number {
  const plain: unknown[] = []
  const blobs: Uint8Array[] = []
  for (const value of values) {
    if (value instanceof Uint8Array) {
      plain.push({ bytes: value.length })
      blobs.push(value)
    } else plain.push(typeof value === 'bigint' ? { integer: String(value) } : value)
  }
  let sum = crc32(JSON.stringify(plain))
  // Of no bytes zlib answers 0 or the sum so far, by where they happen not to lie.
  for (const blob of blobs) if (blob.length > 0) sum = crc32(blob, sum)
  return sum
}
