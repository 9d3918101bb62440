import { NOBODY } from '../history/events.ts'
import type { Hex, Movement } from '../types.ts'
import type { Reckoned, Side, Surroundings } from './draft.ts'

/** Ether staked one to one may come a few base units short, since shares are cut. */
const ABOUT = 1_000_000_000n

type Rule = {
  readonly name: string
  readonly fits: (given: Side, got: Side, tx: Reckoned, around: Surroundings) => boolean
}

/** What makes one leg given and one received a conversion, and no exchange. The first that fits says why. */
export const CONVERSIONS: readonly Rule[] = [
  {
    name: 'wrap of the coin',
    fits: (given, got, _tx, around) =>
      [given, got].some(({ contract }) => contract === 'native') &&
      [given, got].some(({ contract }) => around.token(contract).form === 'wrapped-native') &&
      -given.amount === got.amount,
  },
  {
    name: 'the same asset in another form',
    fits: (given, got, _tx, { token }) => token(given.contract).asset === token(got.contract).asset,
  },
  {
    // Shares of a vault, receipts of a lender, staked ether: made by the contract that took what was given.
    name: 'receipt for what was given',
    fits: (given, got, tx, around) =>
      got.movements.every(({ from }) => from === NOBODY || from === got.contract) &&
      reaches(given, got.contract, tx) &&
      (given.contract !== 'native' || aboutEqual(given, got, around)),
  },
  {
    name: 'receipt given back',
    fits: (given, got, tx, around) =>
      given.movements.every(({ to }) => to === NOBODY || to === given.contract) &&
      comesFrom(got, given.contract, tx) &&
      (got.contract !== 'native' || aboutEqual(given, got, around)),
  },
  {
    name: 'migration at a fixed rate of one',
    fits: (given, got, _tx, around) =>
      given.contract !== 'native' &&
      got.contract !== 'native' &&
      sameUnits(given, got, around) &&
      (samePlace(given, got) || isMinted(got) || isBurned(given)),
  },
]

const isMinted = ({ movements }: Side): boolean => movements.every(({ from }) => from === NOBODY)
const isBurned = ({ movements }: Side): boolean => movements.every(({ to }) => to === NOBODY)

const reaches = ({ movements }: Side, contract: Hex | 'native', { own }: Reckoned): boolean =>
  movements.every(({ to }) => (to ?? own?.to) === contract)

const comesFrom = ({ movements }: Side, contract: Hex | 'native', { own }: Reckoned): boolean =>
  movements.every(({ from }) => (from ?? own?.to) === contract)

function samePlace(given: Side, got: Side): boolean {
  const [taker] = given.movements
  const [giver] = got.movements
  const one = (movements: readonly Movement[]) => movements.length === 1
  return one(given.movements) && one(got.movements) && taker?.to !== null && taker?.to === giver?.from
}

/** Both amounts in units of a common number of decimals; null where one of the tokens has none. */
function inUnits(given: Side, got: Side, { token }: Surroundings): readonly [bigint, bigint] | null {
  const [first, second] = [token(given.contract).decimals, token(got.contract).decimals]
  if (first === null || second === null) return null
  return [-given.amount * 10n ** BigInt(second), got.amount * 10n ** BigInt(first)]
}

function sameUnits(given: Side, got: Side, around: Surroundings): boolean {
  const units = inUnits(given, got, around)
  return units !== null && units[0] === units[1]
}

function aboutEqual(given: Side, got: Side, around: Surroundings): boolean {
  const units = inUnits(given, got, around)
  if (units === null) return false
  const apart = units[0] - units[1]
  return (apart < 0n ? -apart : apart) * ABOUT <= units[0]
}
