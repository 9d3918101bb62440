import type { Hex } from '../types.ts'

/** Principal of one token that lies in a contract. */
export type Position = {
  /** The contract that the wallet called: the position is known by it. */
  readonly place: Hex
  readonly token: Hex | 'native'
  /** The contract that took the token, which may be another and may pay it back. */
  readonly taker: Hex
}

/**
 * What one wallet has put into contracts that gave nothing back for it. A position from which all came back stays known:
 * what its contracts pay after that is what it earned.
 */
export class Placed {
  private readonly amounts: Map<string, bigint>

  /** @param kept as `WalletScan.placed` keeps it */
  constructor(kept: Readonly<Record<string, string>> = {}) {
    this.amounts = new Map(Object.entries(kept).map(([key, amount]) => [key, BigInt(amount)]))
  }

  put(position: Position, amount: bigint): void {
    const key = keyOf(position)
    this.amounts.set(key, (this.amounts.get(key) ?? 0n) + amount)
  }

  /**
   * Takes up to an amount of a token out of what a contract holds or took.
   * @returns from which places, and how much of each
   */
  take(giver: Hex, token: Hex | 'native', amount: bigint): { place: Hex; amount: bigint }[] {
    const taken: { place: Hex; amount: bigint }[] = []
    let left = amount
    for (const [key, there] of this.amounts) {
      const position = positionOf(key)
      if (position.token !== token || !concerns(position, giver)) continue
      const part = left < there ? left : there
      if (part === 0n) continue
      this.amounts.set(key, there - part)
      taken.push({ place: position.place, amount: part })
      left -= part
    }
    return taken
  }

  /** Whether anything was ever put into a contract. */
  knows(contract: Hex): boolean {
    return [...this.amounts.keys()].some((key) => concerns(positionOf(key), contract))
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

const concerns = ({ place, taker }: Position, contract: Hex): boolean =>
  place === contract || taker === contract

const keyOf = ({ place, token, taker }: Position): string => [place, token, taker].join('|')

function positionOf(key: string): Position {
  const [place, token, taker] = key.split('|') as [Hex, Hex | 'native', Hex]
  return { place, token, taker }
}
