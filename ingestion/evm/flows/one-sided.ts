import type { FlowKind } from '#core/flow.ts'
import { NOBODY } from '../history/events.ts'
import type { Hex, Movement } from '../types.ts'
import type { Reckoned, Surroundings } from './draft.ts'

type Rule<Result extends string> = {
  readonly name: string
  readonly fits: (movement: Movement, tx: Reckoned, around: Surroundings) => boolean
  readonly means: Result
}

const DEAD: Hex = '0x000000000000000000000000000000000000dead'
/** `burn(uint256)`, `burn(address,uint256)`, `burnFrom(address,uint256)`. */
const BURNS = new Set<Hex | null>(['0x42966c68', '0x9dc29fac', '0x79cc6790'])
/** `transfer(address,uint256)` */
const TRANSFER = '0xa9059cbb'
/** `transferAndCall(address,uint256,bytes)` */
const TRANSFER_AND_CALL = '0x4000aea0'

/** What leaves for nothing at once: the first rule that fits decides. `place`: it is principal in a contract from now on. */
export const OUT_RULES: readonly Rule<FlowKind | 'place'>[] = [
  {
    name: 'to another own wallet',
    fits: ({ to }, _tx, { isOwn }) => to !== null && isOwn(to),
    means: 'transfer',
  },
  {
    name: 'burned',
    fits: ({ to }, { own }) =>
      to === DEAD ||
      (to === NOBODY &&
        (own === null || BURNS.has(own.selector) || own.selector === TRANSFER || own.to === NOBODY)),
    means: 'lost',
  },
  // Tokens that live on several chains are burned on one to be made on the other.
  { name: 'burned by another function', fits: ({ to }) => to === NOBODY, means: 'withdraw' },
  { name: 'through others to an own wallet', fits: goesThrough, means: 'transfer' },
  { name: 'paid for an NFT', fits: (_movement, tx) => buysNft(tx), means: 'sell' },
  { name: 'into a contract that the wallet called', fits: intoContract, means: 'place' },
  { name: 'to anybody else', fits: () => true, means: 'withdraw' },
]

/** What comes for nothing at once. `return`: principal comes back, as far as there is some; the rest was earned. */
export const IN_RULES: readonly Rule<FlowKind | 'return'>[] = [
  { name: 'reward of a block', fits: ({ what }) => what === 'reward', means: 'income' },
  {
    name: 'from another own wallet',
    fits: ({ from }, _tx, { isOwn }) => from !== null && isOwn(from),
    means: 'transfer',
  },
  { name: 'through others from an own wallet', fits: comesThrough, means: 'transfer' },
  {
    name: 'out of a contract that holds principal, or held it',
    fits: (movement, tx, { placed }) => givers(movement, tx).some((giver) => placed.knows(giver)),
    means: 'return',
  },
  { name: 'got for an NFT', fits: (_movement, tx) => sellsNft(tx), means: 'buy' },
  {
    name: 'made for nothing',
    fits: ({ from, contract }) => from === NOBODY || from === contract,
    means: 'airdrop',
  },
  {
    // Handed out by a contract, or wearing another token's name. What a person sends was agreed with a person.
    name: 'a token that nobody asked for',
    fits: ({ from, contract }, _tx, { token, isContract }) => {
      const { standing } = token(contract)
      const handedOut = standing === 'unpriced' && from !== null && isContract(from)
      return standing === 'suspect' || standing === 'hidden' || handedOut
    },
    means: 'airdrop',
  },
  { name: 'from anybody else', fits: () => true, means: 'deposit' },
]

/** In the same transaction other own wallets got just what this one gave. */
function goesThrough({ contract }: Movement, { outs }: Reckoned, { others }: Surroundings): boolean {
  const side = outs.find((each) => each.contract === contract)
  return side !== undefined && others(contract) === -side.amount
}

/** In the same transaction other own wallets gave at least what this one got: a contract has handed it on. */
function comesThrough({ contract }: Movement, { ins }: Reckoned, { others }: Surroundings): boolean {
  const side = ins.find((each) => each.contract === contract)
  return side !== undefined && others(contract) <= -side.amount
}

/** The contracts from which something may have come: who sent it, or whom the wallet called. */
export function givers({ from }: Movement, { own }: Reckoned): Hex[] {
  return [from, own?.to ?? null].filter((giver): giver is Hex => giver !== null)
}

/**
 * Only a contract that the wallet called itself holds principal of it: an exchange's address may be a contract, too, but
 * a token is sent there by the token's own function, and ether without naming any.
 */
function intoContract({ to, contract }: Movement, { own }: Reckoned, around: Surroundings): boolean {
  if (own?.to === undefined || own.to === null || own.selector === null || own.failed) return false
  const taker = to ?? own.to
  const byToken = own.to === contract && taker !== contract && own.selector !== TRANSFER_AND_CALL
  return !byToken && taker !== around.wallet && around.isContract(taker)
}

/** An NFT from a former owner, or one made for ether alone: where tokens went in, too, it stands for a position. */
function buysNft({ nfts, outs }: Reckoned): boolean {
  const got = nfts.filter(({ quantity }) => !quantity.startsWith('-'))
  if (got.length === 0) return false
  return got.some(({ from }) => from !== NOBODY) || outs.every(({ contract }) => contract === 'native')
}

const sellsNft = ({ nfts }: Reckoned): boolean =>
  nfts.some(({ quantity, to }) => quantity.startsWith('-') && to !== NOBODY)
