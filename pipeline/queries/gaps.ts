import type { AssetId } from '#core/asset.ts'
import type { Gap, Suspect, SuspectState } from '#core/sample.ts'
import type { GapStore } from '../ports.ts'
import { pageOf, type Page, type PageAsk } from './page.ts'

export type GapAsk = PageAsk & {
  readonly assets?: readonly AssetId[] | undefined
  /** Milliseconds since 1970, both included. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** States of suspects; those that wait for a decision (`pending`, `held`) unless given. */
  readonly states?: readonly SuspectState[] | undefined
}

/** Hours without prices, and the samples that were kept aside: each list by asset, quote, provider, time. */
export async function listGaps(
  store: GapStore,
  ask: GapAsk,
): Promise<{ readonly gaps: Page<Gap>; readonly suspects: Page<Suspect> }> {
  const { from = -Infinity, to = Infinity, states = ['pending', 'held'] } = ask
  const assets = ask.assets === undefined ? null : new Set(ask.assets)
  const wanted = ({ asset }: Gap | Suspect) => assets === null || assets.has(asset)
  const gaps = (await store.gaps()).filter((gap) => wanted(gap) && gap.from <= to && gap.to > from)
  const suspects = (await store.suspects({ states })).filter(
    (suspect) => wanted(suspect) && suspect.time >= from && suspect.time <= to,
  )
  return { gaps: pageOf(gaps, ask), suspects: pageOf(suspects, ask) }
}
