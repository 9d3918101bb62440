import type { Hex } from '../types.ts'

/**
 * What one wallet has put into contracts that gave nothing back for it, by contract and token. A contract from which all
 * came back stays known: what it pays after that is what the position earned.
 */
export class Placed {
  private readonly amounts: Map<string, bigint>

  /** @param kept as `WalletScan.placed` keeps it */
  constructor(kept: Readonly<Record<string, string>> = {}) {
    this.amounts = new Map(Object.entries(kept).map(([key, amount]) => [key, BigInt(amount)]))
  }

  put(place: Hex, token: Hex | 'native', amount: bigint): void {
    const key = keyOf(place, token)
    this.amounts.set(key, (this.amounts.get(key) ?? 0n) + amount)
  }

  /** Takes up to an amount out again. @returns what was there of it */
  take(place: Hex, token: Hex | 'native', amount: bigint): bigint {
    const there = this.of(place, token)
    const taken = amount < there ? amount : there
    if (taken > 0n) this.amounts.set(keyOf(place, token), there - taken)
    return taken
  }

  of(place: Hex, token: Hex | 'native'): bigint {
    return this.amounts.get(keyOf(place, token)) ?? 0n
  }

  /** Whether anything was ever put into a contract. */
  knows(place: Hex): boolean {
    for (const key of this.amounts.keys()) if (key.startsWith(`${place}|`)) return true
    return false
  }

  /** Sorted, so that equal books are equal texts. */
  toRecord(): Record<string, string> {
    return Object.fromEntries(
      [...this.amounts]
        .map(([key, amount]): [string, string] => [key, String(amount)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }
}

const keyOf = (place: Hex, token: Hex | 'native'): string => `${place}|${token}`
