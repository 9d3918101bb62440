/** A record with each of the keys, in their order, and what is made of it. */
export function recordOf<K extends string, V>(
  keys: readonly K[],
  make: (key: K, index: number) => V,
): Record<K, V> {
  return Object.fromEntries(keys.map((key, index) => [key, make(key, index)])) as Record<K, V>
}
