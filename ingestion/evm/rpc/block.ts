import type { BlockRef, Hex } from '../types.ts'
import { quantity } from './raw-log.ts'

/** The number, hash and time of a block as a node gives it; null where it is none, or still pending. Pure. */
export function blockOf(result: unknown): BlockRef | null {
  if (typeof result !== 'object' || result === null) return null
  const { number, hash, timestamp } = result as Record<string, unknown>
  const [at, seconds] = [quantity(number), quantity(timestamp)]
  if (at === null || seconds === null || typeof hash !== 'string') return null
  return { number: at, hash: hash.toLowerCase() as Hex, time: seconds * 1_000 }
}
