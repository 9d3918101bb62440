import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import { parseDecimal } from '#core/decimal.ts'
import type { Entry } from './entry.ts'
import {
  type Exact,
  NOUGHT,
  compare,
  exactOf,
  isNegative,
  isZero,
  least,
  minus,
  plus,
  textOf,
} from './exact.ts'
import type { Lot } from './lot.ts'
import type { Pool } from './pool.ts'
import { sourceOf } from './rows.ts'

export type Choice = { readonly lot: Lot; readonly quantity: Exact }

/**
 * The lots that a flow names as `TX:QUANTITY` pairs joined by `;`, TX being the purchase's tx or the id of its flow.
 * What it does not name is drawn oldest first.
 * @throws TidemarkError LOTS_REFUSED when a lot named is not there, or too much of it, with what is there
 */
export function namedLots(pool: Pool, entry: Entry): Choice[] {
  const text = entry.named?.trim() ?? ''
  if (text === '') return []
  const open = pool.long.lots()
  const taken = new Map<Lot, Exact>()
  let total = NOUGHT
  for (const pair of text.split(';').filter((piece) => piece.trim() !== '')) {
    const { tx, quantity } = readPair(pair.trim(), entry)
    total = plus(total, quantity)
    let need = quantity
    for (const lot of open.filter(({ root }) => root.tx === tx || root.flow === tx)) {
      const before = taken.get(lot) ?? NOUGHT
      const size = least(need, minus(lot.remaining, before))
      if (isZero(size)) continue
      taken.set(lot, plus(before, size))
      need = minus(need, size)
    }
    if (!isZero(need)) throw refusal(entry, `${textOf(quantity)} of the lot ${tx}`, open)
  }
  if (compare(total, entry.quantity) > 0) {
    throw refusal(
      entry,
      `lots of ${textOf(total)}, more than the ${textOf(entry.quantity)} it disposes of`,
      open,
    )
  }
  return [...taken].map(([lot, quantity]) => ({ lot, quantity }))
}

function readPair(pair: string, entry: Entry): { tx: string; quantity: Exact } {
  const colon = pair.lastIndexOf(':')
  const decimal = colon < 0 ? null : parseDecimal(pair.slice(colon + 1).trim())
  const quantity = decimal === null ? null : exactOf(decimal)
  if (quantity === null || isZero(quantity) || isNegative(quantity)) {
    throw new TidemarkError('LOTS_REFUSED', {
      message: `${entry.kind} at ${sourceOf(entry.flow)}: "${pair}" in its column lot is not TX:QUANTITY.`,
      fix: "Write each lot as the purchase's tx (or the id of its flow), a colon and a quantity, joined by semicolons.",
    })
  }
  return { tx: pair.slice(0, colon).trim(), quantity }
}

function refusal(entry: Entry, asked: string, open: readonly Lot[]): TidemarkError {
  const there = open
    .slice(0, 20)
    .map(
      ({ root, remaining, opened }) =>
        `${root.tx ?? root.flow}: ${textOf(remaining)} of ${formatTime(opened)}`,
    )
  return new TidemarkError('LOTS_REFUSED', {
    message: `${entry.kind} at ${sourceOf(entry.flow)} names ${asked} of ${entry.asset}, which is not there.`,
    fix: 'Name lots that are open at that time, each with no more than it holds; leave the column empty for oldest first.',
    faults: there.length === 0 ? ['there: nothing'] : there.map((line) => `there: ${line}`),
  })
}
