import type { FlowKind } from '#core/flow.ts'
import type { Hex, KnownToken, Movement, NftMove, OwnTx } from '../types.ts'
import type { Placed } from './placed.ts'

/** One change of a holding with its kind, still in base units. */
export type Draft = {
  /** The movement that it is, or the first of those that it sums up. */
  readonly movement: Movement
  /** Signed, never 0. */
  readonly amount: bigint
  readonly kind: FlowKind
  /** The contract in whose pseudo-wallet it is; null for the wallet itself. */
  readonly place: Hex | null
  /** Tells drafts of one movement apart. */
  readonly part: 'whole' | 'mirror' | 'surplus'
}

/** What one transaction did to one wallet. */
export type WalletTx = {
  /** All of one transaction, in the order of the chain. */
  readonly movements: readonly Movement[]
  /** Null where the wallet neither sent it nor called anything in it. */
  readonly own: OwnTx | null
  readonly nfts: readonly NftMove[]
}
export type Surroundings = {
  readonly wallet: Hex
  readonly token: (contract: Hex | 'native') => KnownToken
  /** Whether an address is another wallet of the owner. */
  readonly isOwn: (address: Hex) => boolean
  /** Whether an address has code that is no delegation. */
  readonly isContract: (address: Hex) => boolean
  /** What the owner's other wallets that are read with it got of a token in the same transaction, signed. */
  readonly others: (contract: Hex | 'native') => bigint
  /** The tokens that those wallets moved in it. */
  readonly elsewhere: readonly (Hex | 'native')[]
  readonly placed: Placed
}

/** What is left of one token over a whole transaction. */
export type Side = {
  readonly contract: Hex | 'native'
  readonly amount: bigint
  /** Those that go the way of `amount`. */
  readonly movements: readonly Movement[]
  /** Nothing of it went the other way. */
  readonly oneWay: boolean
}
/** A transaction with what its movements leave. */
export type Reckoned = WalletTx & { readonly outs: readonly Side[]; readonly ins: readonly Side[] }

/** Sums movements by token. What came and went again leaves nothing. */
export function reckon(tx: WalletTx, movements: readonly Movement[]): Reckoned {
  const byToken = new Map<Hex | 'native', Movement[]>()
  for (const movement of movements) {
    const list = byToken.get(movement.contract)
    if (list === undefined) byToken.set(movement.contract, [movement])
    else list.push(movement)
  }
  const sides = [...byToken].map(([contract, all]): Side => {
    const amount = all.reduce((sum, each) => sum + each.amount, 0n)
    const along = all.filter((each) => each.amount > 0n === amount > 0n)
    return { contract, amount, movements: along, oneWay: along.length === all.length }
  })
  return {
    ...tx,
    outs: sides.filter(({ amount }) => amount < 0n),
    ins: sides.filter(({ amount }) => amount > 0n),
  }
}
