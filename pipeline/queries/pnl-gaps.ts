import { tokenOf, type AssetId, type Quote } from '#core/asset.ts'
import { addHours, type Hour } from '#core/hour.ts'
import { MISSING } from '#core/quality.ts'
import type { Gap } from '#core/sample.ts'
import type { TokenResult } from '#pnl/hourly/token.ts'
import type { GapStore } from '../ports.ts'
import type { PnlGap } from './pnl-report.ts'

/** Hours of the range at which something held has no value, with the reason in words. */
export async function gapsOf(
  tokens: readonly (readonly [AssetId, TokenResult])[],
  from: Hour,
  quote: Quote,
  io: GapStore,
): Promise<PnlGap[]> {
  const gaps: PnlGap[] = []
  for (const [asset, token] of tokens) {
    if (!token.quality.includes(MISSING)) continue
    const runs = missingRuns(token)
    const known = await io.gaps({ asset, quote })
    for (const [begin, end] of runs) {
      const first = addHours(from, begin)
      const last = addHours(from, end)
      gaps.push({ asset, from: first, to: last, reason: reasonOf(asset, token, begin, first, last, known) })
    }
  }
  return gaps
}

/** What to do about a token that nobody prices: most that come unasked are never priced. */
export const hideAdvice = (asset: AssetId): string =>
  `if it is worth nothing to you, "tidemark tokens hide ${asset}" leaves it out`

function missingRuns(token: TokenResult): [number, number][] {
  const runs: [number, number][] = []
  token.quality.forEach((code, index) => {
    if (code !== MISSING) return
    const run = runs.at(-1)
    if (run !== undefined && run[1] === index - 1) run[1] = index
    else runs.push([index, index])
  })
  return runs
}

function reasonOf(
  asset: AssetId,
  token: TokenResult,
  index: number,
  from: Hour,
  to: Hour,
  known: readonly Gap[],
): string {
  if (token.quantity[index] === null) return 'the quantity is not known before the first balance read'
  const gap = known.find((each) => each.from <= to && each.to > from)
  const why = gap === undefined ? null : `${gap.message} (${gap.provider})`
  if (tokenOf(asset) !== null) return `${why ?? 'no source gave a price'}; ${hideAdvice(asset)}`
  return why ?? 'no price is stored; run "tidemark ingest"'
}
