import type { PnlBreakdown } from '#pipeline/queries/pnl-by.ts'
import { pnlDocument, totalDocument, type PnlDocument, type TotalDocument } from './pnl-json.ts'

/** What a part of the portfolio made: the fields of a total, with whose they are. */
export type GroupDocument = TotalDocument & {
  /** A wallet's address, `manual` or `in-transit`; a chain, empty for none; an asset's id; a category. */
  readonly key: string
  readonly label: string
  readonly assets: readonly string[]
}
/** `pnl --by … --json`: what `pnl --json` says, and the groups. */
export type PnlByDocument = PnlDocument & { readonly by: string; readonly groups: readonly GroupDocument[] }

export function pnlByDocument({ by, report, groups }: PnlBreakdown): PnlByDocument {
  return {
    ...pnlDocument(report),
    by,
    groups: groups.map((group) => ({
      ...{ key: group.key, label: group.label, assets: group.assets },
      ...totalDocument(group),
    })),
  }
}
