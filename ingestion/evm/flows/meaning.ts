import type { FlowKind } from '#core/flow.ts'
import type { Hex, Movement } from '../types.ts'
import { CONVERSIONS } from './conversions.ts'
import { reckon, type Draft, type Reckoned, type Side, type Surroundings, type WalletTx } from './draft.ts'
import { IN_RULES, OUT_RULES, givers } from './one-sided.ts'

/**
 * What one transaction did to one wallet, as flows with their kinds (docs/decisions/0017). Gas and rewards stand for
 * themselves, and so does what went to or came from other own wallets; of the rest is judged what each token leaves:
 * some out and others in is a conversion or an exchange, also where another own wallet has the other side of it, else
 * every movement by itself.
 */
export function meaningOf(tx: WalletTx, around: Surroundings): Draft[] {
  const isApart = ({ what, amount, from, to }: Movement): boolean => {
    const other = amount > 0n ? from : to
    return what === 'gas' || what === 'reward' || (other !== null && around.isOwn(other))
  }
  const apart = reckon(tx, tx.movements.filter(isApart))
  const rest = reckon(
    tx,
    tx.movements.filter((movement) => !isApart(movement)),
  )
  const alone = tx.movements.filter(isApart).flatMap((movement) => oneSided(movement, apart, around))
  if (rest.outs.length > 0 && rest.ins.length > 0) return [...alone, ...traded(rest, around)]
  return [
    ...alone,
    ...[...rest.outs, ...rest.ins].flatMap((side) => {
      if (isTradedAcross(side, tx, around)) return [whole(summed(side), side.amount < 0n ? 'sell' : 'buy')]
      const movements = side.oneWay ? side.movements : [summed(side)]
      return movements.flatMap((movement) => oneSided(movement, rest, around))
    }),
  ]
}

/**
 * Over all own wallets the transaction took some tokens and gave others, and this one went the same way as in sum: one
 * wallet has paid for what another got, which is one exchange of the owner's. What only passes between them cancels.
 */
function isTradedAcross(side: Side, tx: WalletTx, { others, elsewhere }: Surroundings): boolean {
  const net = (contract: Hex | 'native'): bigint =>
    tx.movements
      .filter((movement) => movement.contract === contract && movement.what !== 'gas')
      .reduce((sum, { amount }) => sum + amount, others(contract))
  const own = net(side.contract)
  if (own === 0n || own > 0n !== side.amount > 0n) return false
  return elsewhere.some((contract) => {
    const other = net(contract)
    return other !== 0n && other > 0n !== own > 0n
  })
}

function traded(tx: Reckoned, around: Surroundings): Draft[] {
  const [given, got] = [tx.outs[0] as Side, tx.ins[0] as Side]
  const pair = tx.outs.length === 1 && tx.ins.length === 1
  const converts = pair && CONVERSIONS.some(({ fits }) => fits(given, got, tx, around))
  const draft = (side: Side, kind: FlowKind) => whole(summed(side), converts ? 'convert' : kind)
  return [...tx.outs.map((side) => draft(side, 'sell')), ...tx.ins.map((side) => draft(side, 'buy'))]
}

/** One movement for all of a side. It is the log itself where it is but one. */
function summed({ movements, amount }: Side): Movement {
  const first = movements[0] as Movement
  return { ...first, amount, logIndex: movements.length === 1 ? first.logIndex : null }
}

function oneSided(movement: Movement, tx: Reckoned, around: Surroundings): Draft[] {
  if (movement.what === 'gas') return [whole(movement, 'gas')]
  const rules = movement.amount < 0n ? OUT_RULES : IN_RULES
  const means = rules.find(({ fits }) => fits(movement, tx, around))?.means ?? 'unexplained'
  if (means === 'place') return placing(movement, tx, around)
  return means === 'return' ? returning(movement, tx, around) : [whole(movement, means)]
}

const whole = (movement: Movement, kind: FlowKind): Draft => ({
  movement,
  amount: movement.amount,
  kind,
  place: null,
  part: 'whole',
})

/**
 * Principal goes into the pseudo-wallet of the contract that was called: two legs of one transfer. What other own wallets
 * got of it in the same transaction was handed on to them, and is a third leg there.
 */
function placing(movement: Movement, tx: Reckoned, { placed, others }: Surroundings): Draft[] {
  const place = tx.own?.to as Hex
  const { contract: token, amount } = movement
  const stays = -amount - handedOn(movement, tx, others(token))
  if (stays === 0n) return [whole(movement, 'transfer')]
  placed.put({ place, token, taker: movement.to ?? place }, stays)
  return [whole(movement, 'transfer'), mirror(movement, place, stays)]
}

/** What other own wallets got of this movement: of several of one token, the first are handed on before the last. */
function handedOn(movement: Movement, { outs }: Reckoned, got: bigint): bigint {
  const side = outs.find(({ contract }) => contract === movement.contract)
  // Who got more than was given here got it from somebody else.
  if (side === undefined || got <= 0n || got >= -side.amount) return 0n
  let left = got
  for (const each of side.movements) {
    const taken = left < -each.amount ? left : -each.amount
    if (each === movement) return taken
    left -= taken
  }
  return 0n
}

/** Principal comes back from where it lies, the contract that sends it first; what is more was earned. */
function returning(movement: Movement, tx: Reckoned, { placed }: Surroundings): Draft[] {
  const drafts: Draft[] = []
  let left = movement.amount
  for (const giver of givers(movement, tx)) {
    for (const { place, amount } of placed.take(giver, movement.contract, left)) {
      drafts.push(mirror(movement, place, -amount))
      left -= amount
    }
  }
  const back = movement.amount - left
  if (back > 0n) drafts.unshift({ ...whole(movement, 'transfer'), amount: back })
  if (left > 0n) {
    drafts.push({ ...whole(movement, 'income'), amount: left, part: back > 0n ? 'surplus' : 'whole' })
  }
  return drafts
}

const mirror = (movement: Movement, place: Hex, amount: bigint): Draft => ({
  movement,
  amount,
  kind: 'transfer',
  place,
  part: 'mirror',
})
