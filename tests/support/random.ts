/** Numbers in [0, 1) that are the same for the same seed on every machine (mulberry32). */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number in [0, below). */
export const below = (random: Random, limit: number): number => Math.floor(random() * limit)

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[below(random, values.length)] as T
}

/** The seed of a test: `SEED` where set, else the one given. Printed, so that a failure can be had again. */
export function testSeed(fallback: number): number {
  const seed = Number(process.env['SEED'] ?? fallback)
  console.log(`seed ${seed} (SEED=${seed} runs it again)`)
  return seed
}
