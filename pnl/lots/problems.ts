import type { LotEngine } from './engine.ts'
import type { Entry } from './entry.ts'
import { type Exact, textOf } from './exact.ts'
import type { ProblemCode } from './report.ts'
import { sourceOf } from './rows.ts'

type Words = (what: { entry: Entry; quantity: string; where: string }) => { message: string; fix: string }

const WORDS: Readonly<Record<Exclude<ProblemCode, 'MISSING_MARK'>, Words>> = {
  UNDOCUMENTED_DISPOSAL: ({ entry, quantity, where }) => ({
    message: `${where} gives away ${quantity} ${entry.asset} more than its lots hold; the cost of that part counts as 0.`,
    fix: `Import the purchases or deposits of ${entry.asset} in "${entry.wallet}" before this row.`,
  }),
  UNDOCUMENTED_TRANSFER: ({ entry, quantity, where }) => ({
    message: `${where} sends ${quantity} ${entry.asset} more than the lots of "${entry.wallet}" hold; it arrives without a cost.`,
    fix: `Import what came into "${entry.wallet}" before this row.`,
  }),
  UNDOCUMENTED_LOT: ({ entry, quantity, where }) => ({
    message: `${where} brings ${quantity} ${entry.asset} without a cost basis.`,
    fix: 'Give its unit_price, or import the purchase and both legs of the transfer with one tx.',
  }),
  UNPAIRED_TRANSFER: ({ entry, quantity, where }) => ({
    message: `${where}: ${quantity} ${entry.asset} left "${entry.wallet}" at cost, and no deposit in another own wallet is paired with it.`,
    fix: 'Run "tidemark transfers match", or give both rows kind transfer and one tx.',
  }),
  MISSING_PRICE: ({ entry, where }) => ({
    message: `${where} has no price, and ${entry.asset} no mark at that hour: what depends on it is missing.`,
    fix: `Give its unit_price, or run "tidemark backfill --asset ${entry.asset}".`,
  }),
  SPLIT_WITHOUT_LOTS: ({ entry, quantity, where }) => ({
    message: `${where} restates ${entry.asset} by ${quantity}, but its lots cannot be scaled so; they stay as they are.`,
    fix: 'Check its quantity (the change, not the factor), and that what was held before is imported.',
  }),
}

/** Lists what is wrong with a flow, and what to do. */
export function reportProblem(
  engine: LotEngine,
  code: Exclude<ProblemCode, 'MISSING_MARK'>,
  entry: Entry,
  quantity: Exact = entry.quantity,
): void {
  const source = sourceOf(entry.flow)
  const size = textOf(quantity)
  const words = WORDS[code]({ entry, quantity: size, where: `${entry.kind} at ${source}` })
  const { place, flow, asset, wallet } = entry
  engine.rows.problems.push({
    place,
    row: { code, asset, wallet, flow: flow.id, source, time: place.time, quantity: size, ...words },
  })
}
