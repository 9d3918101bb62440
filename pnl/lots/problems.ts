import type { AssetId } from '#core/asset.ts'
import type { FlowKind } from '#core/flow.ts'
import { ceilHour, formatTime } from '#core/hour.ts'
import type { LotEngine } from './engine.ts'
import type { Charge, Entry } from './entry.ts'
import { type Exact, textOf } from './exact.ts'
import { FEE } from './place.ts'
import type { ProblemCode } from './report.ts'
import { sourceOf } from './rows.ts'

type Words = (what: { entry: Entry; quantity: string; where: string }) => { message: string; fix: string }

/** Codes whose words follow from the flow alone. */
type OfFlow = Exclude<ProblemCode, 'MISSING_MARK' | 'MISSING_PRICE'>

const WORDS: Readonly<Record<OfFlow, Words>> = {
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
  SPLIT_WITHOUT_LOTS: ({ entry, quantity, where }) => ({
    message: `${where} restates ${entry.asset} by ${quantity}, but its lots cannot be scaled so; they stay as they are.`,
    fix: 'Check its quantity (the change, not the factor), and that what was held before is imported.',
  }),
}

/** Lists what is wrong with a flow, and what to do. */
export function reportProblem(
  engine: LotEngine,
  code: OfFlow,
  entry: Entry,
  quantity: Exact = entry.quantity,
): void {
  push(engine, code, { entry, quantity: textOf(quantity), where: whereOf(entry) }, WORDS[code])
}

/** Kinds whose rows are valued by their own `unit_price` where they have one. */
const PRICED: ReadonlySet<FlowKind> = new Set<FlowKind>([
  'buy',
  'sell',
  'convert',
  'income',
  'airdrop',
  'rebase',
  'gas',
  'fee',
])

/** Lists the fees that go with a flow and cannot be valued, an asset once; of a row that is a cost itself, the row. */
export function reportUnpriced(engine: LotEngine, entry: Entry): void {
  const unpriced = entry.charges.filter(({ value }) => value === null)
  if (unpriced.some((charge) => isOwn(entry, charge))) reportNoPrice(engine, entry)
  const fees = unpriced.filter((charge) => !isOwn(entry, charge)).map(({ asset }) => asset)
  for (const asset of new Set(fees)) {
    reportNoMark(engine, entry, { asset, says: `has a fee in ${asset}`, fix: 'Give' })
  }
}

/** Lists a flow without a value, unless it is a cost and was listed as that; a fee column its row has told of. */
export function reportUnvalued(engine: LotEngine, entry: Entry): void {
  const told = entry.charges.some((charge) => charge.value === null && isOwn(entry, charge))
  if (!told && entry.place.step !== FEE) reportNoPrice(engine, entry)
}

/** Whether a charge is what its row itself costs: gas, a fee, a negative rebase. */
const isOwn = ({ flow, asset, kind }: Entry, charge: Charge): boolean =>
  charge.flow === flow && charge.asset === asset && (kind === 'fee' || kind === 'gas' || kind === 'rebase')

function reportNoPrice(engine: LotEngine, entry: Entry): void {
  const { asset, kind, flow } = entry
  const fix = PRICED.has(kind) && kind === flow.kind ? 'Give its unit_price, or' : 'Give'
  reportNoMark(engine, entry, { asset, says: 'has no price', fix })
}

function reportNoMark(
  engine: LotEngine,
  entry: Entry,
  { asset, says, fix }: { readonly asset: AssetId; readonly says: string; readonly fix: string },
): void {
  const hour = formatTime(ceilHour(entry.place.time))
  const what = { entry, quantity: textOf(entry.quantity), where: whereOf(entry) }
  push(engine, 'MISSING_PRICE', what, ({ where }) => ({
    message: `${where} ${says}, and ${asset} no mark at ${hour}: what depends on it is missing.`,
    fix: `${fix} a price of that hour: "tidemark backfill --asset ${asset}", "tidemark prices import FILE", or a row in the file of --marks.`,
  }))
}

const whereOf = (entry: Entry): string => `${entry.kind} at ${sourceOf(entry.flow)}`

function push(engine: LotEngine, code: ProblemCode, what: Parameters<Words>[0], words: Words): void {
  const { entry, quantity } = what
  const { place, flow, asset, wallet } = entry
  engine.rows.problems.push({
    place,
    row: {
      code,
      asset,
      wallet,
      flow: flow.id,
      source: sourceOf(flow),
      time: place.time,
      quantity,
      ...words(what),
    },
  })
}
