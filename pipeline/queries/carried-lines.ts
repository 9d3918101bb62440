import type { AssetId } from '#core/asset.ts'
import type { Decimal } from '#core/decimal.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { CARRIED } from '#core/quality.ts'
import { parseLineKey } from '#pnl/flows/leg.ts'
import type { TokenResult } from '#pnl/hourly/token.ts'
import { knownUntil, type CarriedPair } from '../chain/pair-times.ts'

/** Until when the quantity of each line that is carried is known, in milliseconds, by line (see `lineKey`). */
export type CarriedLines = ReadonlyMap<string, number>

/** Lines of the pairs that hold something. */
export function carriedLines(
  pairs: readonly CarriedPair[],
  lines: ReadonlyMap<string, Decimal>,
): CarriedLines {
  const until = new Map(pairs.map((pair) => [placeOf(pair.chain, pair.address), knownUntil(pair)]))
  const found = new Map<string, number>()
  if (until.size === 0) return found
  for (const [line, quantity] of lines) {
    const { wallet, chain } = parseLineKey(line)
    const known = until.get(placeOf(chain, wallet))
    if (known !== undefined && !quantity.isZero()) found.set(line, known)
  }
  return found
}

/** A value's quality is the worse of its mark's and its quantity's (docs/semantics.md, 4). Changes the tokens. */
export function lowerQuality(
  tokens: ReadonlyMap<AssetId, TokenResult>,
  lines: Iterable<readonly [line: string, until: number]>,
  from: Hour,
): void {
  for (const [line, until] of lines) {
    const token = tokens.get(parseLineKey(line).asset)
    if (token === undefined) continue
    const first = Math.max(0, Math.floor((until - from) / HOUR_MS) + 1)
    for (let at = first; at < token.quality.length; at++)
      if (token.held[at] !== 0) token.quality[at] = Math.min(token.quality[at] as number, CARRIED)
  }
}

const placeOf = (chain: string, wallet: string): string => `${chain}|${wallet}`
