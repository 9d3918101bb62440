import type { AssetId } from '#core/asset.ts'
import { ZERO, type Decimal } from '#core/decimal.ts'
import { MANUAL_WALLET } from '#core/portfolio.ts'
import { lineKey, parseLineKey } from '#pnl/flows/leg.ts'
import { snapshotToken, type TokenResult } from '#pnl/hourly/token.ts'
import type { MarkSeries } from '#pnl/marks/marks.ts'
import type { PnlSession, RangeAsk } from './pnl.ts'

/** What is held at the newest stored time, by asset. */
export async function presentQuantities(session: PnlSession, now: number): Promise<Map<AssetId, Decimal>> {
  return sumByAsset(await presentLines(session, now))
}

/** What each line holds at the newest stored time. */
export async function presentLines(
  { ledger, computed }: PnlSession,
  now: number,
): Promise<Map<string, Decimal>> {
  const lines = new Map<string, Decimal>()
  if (computed !== null && computed.last !== null) {
    for (const [line, { quantity }] of await computed.statesAt(computed.last)) lines.set(line, quantity)
    return lines
  }
  for (const { asset, quantity, since } of ledger.portfolio.holdings) {
    const line = lineKey({ asset, wallet: MANUAL_WALLET, chain: '' })
    if (since === null || since <= now) lines.set(line, (lines.get(line) ?? ZERO).plus(quantity))
  }
  return lines
}

/** Lines summed to their assets. */
export function sumByAsset(lines: ReadonlyMap<string, Decimal>): Map<AssetId, Decimal> {
  const quantities = new Map<AssetId, Decimal>()
  for (const [line, quantity] of lines) {
    const { asset } = parseLineKey(line)
    quantities.set(asset, (quantities.get(asset) ?? ZERO).plus(quantity))
  }
  return quantities
}

/** Tokens in mode `snapshot`: the present quantity through the whole range. */
export function snapshots(
  present: ReadonlyMap<AssetId, Decimal>,
  marks: ReadonlyMap<AssetId, MarkSeries>,
): Map<AssetId, TokenResult> {
  const tokens = new Map<AssetId, TokenResult>()
  for (const [asset, quantity] of present) {
    const series = marks.get(asset)
    if (series !== undefined) tokens.set(asset, snapshotToken(quantity, series))
  }
  return tokens
}

/** The same for the lines of each group. */
export function snapshotGroups(
  groups: RangeAsk['groups'],
  marks: ReadonlyMap<AssetId, MarkSeries>,
): Map<string, Map<AssetId, TokenResult>> {
  const lines = new Map<string, Map<string, Decimal>>()
  for (const [line, quantity] of groups?.lines ?? []) {
    const name = groups?.of(parseLineKey(line)) ?? ''
    lines.set(name, (lines.get(name) ?? new Map<string, Decimal>()).set(line, quantity))
  }
  return new Map([...lines].map(([name, own]) => [name, snapshots(sumByAsset(own), marks)] as const))
}
