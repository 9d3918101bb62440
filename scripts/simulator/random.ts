/** A 32-bit hash of whole numbers (the finalizer of MurmurHash3): the same numbers always give the same value. */
export function hash(...parts: readonly number[]): number {
  let h = 0x9747b28c
  for (const part of parts) {
    h = Math.imul(h ^ (part | 0), 0x85ebca6b)
    h ^= h >>> 13
    h = Math.imul(h, 0xc2b2ae35)
    h ^= h >>> 16
  }
  return h >>> 0
}

/** Uniform in [0, 1). */
export function uniform(...parts: readonly number[]): number {
  return hash(...parts) / 2 ** 32
}

/** A number of a text, to begin hashes with. */
export function seedOf(text: string): number {
  return hash(...Array.from(text, (letter) => letter.codePointAt(0) ?? 0))
}

/** Uniform in [0, 1), each call the next value of the seed. */
export function sequence(seed: number): () => number {
  let step = 0
  return () => uniform(seed, step++)
}
