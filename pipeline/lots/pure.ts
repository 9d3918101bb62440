import { baseAsset, type Quote } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import type { MarkRow } from '#ingestion/marks-csv/read.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import { MarkTable } from './mark-table.ts'
import { rateBy } from './rate.ts'

export type PureInput = {
  readonly flows: readonly Flow[]
  readonly marks: readonly MarkRow[]
  readonly quote: Quote
  /** Null: the latest time of both. */
  readonly at: number | null
}

const ONE = new Decimal(1)

/**
 * What lots are computed from when two files are all there is: no store, no clock. Ids and names stand as they are;
 * rates are marks of currencies (`fiat:chf`).
 * @returns the input, and whether there is any time in the files
 */
export function pureInput({ flows, marks, quote, at }: PureInput): { input: LotInput; timed: boolean } {
  const table = new MarkTable(marks)
  const base = baseAsset(quote)
  const latest = flows.reduce((most, { time }) => Math.max(most, time), table.latest ?? -Infinity)
  const moment = at ?? (Number.isFinite(latest) ? latest : 0)
  const markAt: LotInput['markAt'] = (asset, time) => {
    const price = asset === base ? ONE : table.at(asset, time)
    return price === null ? null : { price, quality: 'ok' }
  }
  const input = { flows, base, names: new Map<string, string>(), at: moment, markAt, rateAt: rateBy(markAt) }
  return { input, timed: at !== null || Number.isFinite(latest) }
}
