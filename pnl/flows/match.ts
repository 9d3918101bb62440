import type { AssetId } from '#core/asset.ts'
import { byBytes } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'

/** One side of what may be a transfer between own wallets: what left one, or came into another. */
export type Side = {
  readonly id: string
  readonly asset: AssetId
  readonly wallet: string
  readonly time: number
  /** Signed; negative is what left. */
  readonly quantity: string
  readonly tx: string | null
}
export type MatchSettings = {
  /** How long after it left it may have arrived, in milliseconds. */
  readonly windowMs: number
  /** Share of what left that the way may have cost, from 0 to 1. */
  readonly feeShare: number
}
/**
 * `certain`: both name one transaction. `likely`: nothing else would do for either side, less than a fiftieth was lost
 * on the way, within a day. `possible`: the best that there is.
 */
export type Sureness = 'certain' | 'likely' | 'possible'
export type Match<S extends Side = Side> = {
  readonly sent: S
  readonly received: S
  /** What was lost on the way, as plain text. */
  readonly lost: Decimal
  readonly sure: Sureness
  /** How many other sides would have done for one of the two. */
  readonly rivals: number
}
export type Matched<S extends Side = Side> = {
  readonly matches: readonly Match<S>[]
  readonly unpaired: readonly S[]
}

// Clocks of two places differ, and some give the time of the order, others that of the block.
const EARLY_MS = 30 * 60_000
const DAY_MS = 86_400_000
const LIKELY_LOSS = 0.02

type Candidate<S extends Side> = {
  readonly sent: S
  readonly received: S
  readonly sameTx: boolean
  readonly share: number
  readonly apart: number
}

/**
 * Pairs what left one wallet with what came into another: the same asset, no more than left, at about the time. One to
 * one, the best pair first: of one transaction, then least lost, then least time between. The order of the sides does
 * not matter.
 */
export function matchTransfers<S extends Side>(sides: readonly S[], settings: MatchSettings): Matched<S> {
  const ordered = [...sides].sort((a, b) => a.time - b.time || byBytes(a.id, b.id))
  const candidates = [...byAsset(ordered).values()].flatMap((own) => candidatesOf(own, settings))
  const rivals = countsOf(candidates)
  const taken = new Set<S>()
  const matches: Match<S>[] = []
  for (const each of candidates.sort(byGoodness)) {
    if (taken.has(each.sent) || taken.has(each.received)) continue
    taken.add(each.sent).add(each.received)
    matches.push(matchOf(each, (rivals.get(each.sent) ?? 1) + (rivals.get(each.received) ?? 1) - 2))
  }
  matches.sort((a, b) => a.sent.time - b.sent.time || byBytes(a.sent.id, b.sent.id))
  return { matches, unpaired: ordered.filter((side) => !taken.has(side)) }
}

function byAsset<S extends Side>(sides: readonly S[]): Map<AssetId, S[]> {
  const assets = new Map<AssetId, S[]>()
  for (const side of sides) {
    const own = assets.get(side.asset)
    if (own === undefined) assets.set(side.asset, [side])
    else own.push(side)
  }
  return assets
}

/** @param sides of one asset, by time */
function candidatesOf<S extends Side>(sides: readonly S[], settings: MatchSettings): Candidate<S>[] {
  const sent = sides.filter(({ quantity }) => quantity.startsWith('-'))
  const received = sides.filter(({ quantity }) => !quantity.startsWith('-'))
  const candidates: Candidate<S>[] = []
  let first = 0
  for (const out of sent) {
    while ((received[first]?.time ?? Infinity) < out.time - EARLY_MS) first++
    for (let at = first; at < received.length; at++) {
      const into = received[at] as S
      if (into.time > out.time + settings.windowMs) break
      const candidate = candidateOf(out, into, settings)
      if (candidate !== null) candidates.push(candidate)
    }
  }
  return candidates
}

function candidateOf<S extends Side>(sent: S, received: S, { feeShare }: MatchSettings): Candidate<S> | null {
  if (sent.wallet === received.wallet) return null
  const sameTx = sent.tx !== null && sent.tx !== '' && sent.tx === received.tx
  const left = -Number(sent.quantity)
  const share = 1 - Number(received.quantity) / left
  if (share < -1e-9 || share > feeShare + 1e-9) return null
  const exact = new Decimal(received.quantity).plus(sent.quantity)
  if (exact.isPositive() && !exact.isZero()) return null
  return { sent, received, sameTx, share, apart: Math.abs(received.time - sent.time) }
}

function byGoodness(a: Candidate<Side>, b: Candidate<Side>): number {
  return (
    Number(b.sameTx) - Number(a.sameTx) ||
    a.share - b.share ||
    a.apart - b.apart ||
    byBytes(a.sent.id, b.sent.id) ||
    byBytes(a.received.id, b.received.id)
  )
}

function countsOf<S extends Side>(candidates: readonly Candidate<S>[]): Map<S, number> {
  const counts = new Map<S, number>()
  for (const { sent, received } of candidates) {
    counts.set(sent, (counts.get(sent) ?? 0) + 1)
    counts.set(received, (counts.get(received) ?? 0) + 1)
  }
  return counts
}

function matchOf<S extends Side>(
  { sent, received, sameTx, share, apart }: Candidate<S>,
  rivals: number,
): Match<S> {
  const likely = rivals === 0 && share <= LIKELY_LOSS && apart <= DAY_MS
  const lost = new Decimal(sent.quantity).plus(received.quantity).negated()
  return { sent, received, lost, sure: sameTx ? 'certain' : likely ? 'likely' : 'possible', rivals }
}
