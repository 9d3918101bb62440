import { formatTime } from '#core/hour.ts'
import type { ExplainedFlow, ExplainedValue } from '#pipeline/lots/explain-flow.ts'
import type { Draw, ExplainedDisposal, ExplainedPart, LotExplanation, Trail } from '#pipeline/lots/explain.ts'
import type { LotView, PartRow } from '#pipeline/lots/view.ts'
import { MISSING_TEXT } from '../number.ts'
import { safeText } from '../text.ts'
import { longTermText } from './json.ts'
import { NO_ADVICE } from './table.ts'
import { tidy, tidyGain } from './tidy.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'

/** The trail of a gain in sentences, its numbers in full but for the dust of divisions. */
export function explainText(found: LotExplanation, view: LotView): string {
  const blocks = [
    ...found.disposals.map((each) => disposalLines(each, view)),
    ...found.lots.map((lot) => lotLines(lot, view)),
    ...found.leaves.map((row) => [
      `${row.kind} of ${row.quantity} ${row.asset} at ${formatTime(row.time)} (${row.source}), wallet ${row.wallet}: left at cost`,
      `  cost        ${amount(row.cost)}, nothing is realised; it was worth ${amount(row.value)} then`,
      ...row.parts.map(
        (part) => `  of lot      ${part.lot ?? 'no lot'}: ${part.quantity}, cost ${amount(part.cost)}`,
      ),
    ]),
    ...found.moves.map((move) => [moveLine(move)]),
    ...found.incomes.map((row) => [
      `income ${amount(row.amount)} by ${row.kind} at ${formatTime(row.time)} (${row.source})`,
    ]),
    ...found.costs.map((row) => [
      `cost ${amount(row.amount)} by ${row.kind} at ${formatTime(row.time)} (${row.source})${row.ofTrade ? ', a fee of a trade that is kept apart' : ''}`,
    ]),
    ...found.others.map((flow) => flowLines(flow)),
  ]
  return [...blocks.map((lines) => lines.join('\n')), NO_ADVICE].map(safeLines).join('\n\n')
}

const safeLines = (text: string): string => text.split('\n').map(safeText).join('\n')
const amount = (text: string | null): string => (text === null ? MISSING_TEXT : tidy(text))

function disposalLines({ disposal, flow, feeValue, parts }: ExplainedDisposal, view: LotView): string[] {
  const { kind, quantity, asset, time, source, wallet, proceeds, cost, fees } = disposal
  const joined = fees === null || fees === '0' ? '' : `, after fees of ${fees}`
  return [
    `${kind} of ${quantity} ${asset} at ${formatTime(time)} (${source}), wallet ${wallet}`,
    ...(flow === null
      ? []
      : feeValue === null
        ? flowLines(flow).slice(1)
        : feeLines(flow, quantity, feeValue)),
    `  proceeds    ${amount(proceeds)}${joined}`,
    `  cost        ${amount(cost)}`,
    `  gain        ${amount(tidyGain(proceeds, cost))} = ${amount(proceeds)} − ${amount(cost)}`,
    ...parts.flatMap((part, at) => partLines(part, at + 1, parts.length, view)),
  ]
}

/** A fee in a token, or what a transfer lost on its way, with the row that it belongs to. */
function feeLines(flow: ExplainedFlow, quantity: string, feeValue: ExplainedValue): string[] {
  const what = flow.kind === 'transfer' ? 'lost on the way of' : 'the fee of'
  const [mark] = feeValue.marks
  const sum = mark?.price === undefined || mark.price === null ? '' : ` = ${quantity} × ${mark.price}`
  return [
    `  is          ${what} ${flow.kind} ${flow.quantity} ${flow.asset}`,
    `  value       ${amount(feeValue.share)}${sum}, by ${BASES[feeValue.basis]}${marksOf(feeValue)}`,
  ]
}

const RULES: Readonly<Record<PartRow['rule'], string>> = {
  fifo: 'the oldest lot first (fifo)',
  lifo: 'the newest lot first (lifo)',
  hifo: 'the lot of the highest unit cost first (hifo)',
  lofo: 'the lot of the lowest unit cost first (lofo)',
  average: 'the average cost of the pool at that moment, dates drawn oldest first',
  pool: 'the section 104 pool',
  'same-day': 'acquired on the same day',
  '30-days': 'acquired in the 30 days after',
  named: 'the lot that the row names',
  proportion: 'all lots in proportion',
  none: 'nothing was left to draw from: its cost counts as 0 and the gain is unproven',
}

function partLines({ part, trail }: ExplainedPart, at: number, count: number, view: LotView): string[] {
  const term = longTermText(view.settings.longTerm)
  const held =
    part.opened === null ? '' : `, acquired ${formatTime(part.opened)}: ${part.term} (long after ${term})`
  return [
    `  part ${at} of ${count}: ${part.quantity} of ${part.lot === null ? 'no lot' : `lot ${part.lot}`}, by ${RULES[part.rule]}${held}`,
    `    cost      ${amount(part.cost)}${costWords(part, trail)}`,
    `    proceeds  ${amount(part.proceeds)}`,
    `    gain      ${amount(tidyGain(part.proceeds, part.cost))} = ${amount(part.proceeds)} − ${amount(part.cost)}`,
    ...(trail === null ? [] : trailLines(trail, view).map((line) => `    ${line}`)),
  ]
}

function costWords(part: PartRow, trail: Trail | null): string {
  if (part.undocumented) return ', since no cost is documented'
  const unit = trail?.lot.unitCost ?? null
  if (unit === null || part.rule === 'average' || part.rule === 'pool') return ''
  const exact = formatDecimal(new Decimal(part.quantity).times(unit)) === part.cost
  return exact
    ? ` = ${part.quantity} × ${unit}`
    : ` = its part of ${trail?.lot.quantity} at ${unit}, to 28 digits`
}

function trailLines({ lot, moves, origin }: Trail, view: LotView): string[] {
  return [
    `lot       ${lot.quantity} ${lot.asset} at a unit cost of ${amount(lot.unitCost)}${unitWords({ lot, origin }, view)}, ${lot.remaining} of it left`,
    ...moves.map(moveLine),
    ...(origin === null ? [`from      ${lot.from.source}`] : originLines(origin)),
  ]
}

/** What a unit cost is made of: the value of what was bought and the fees that joined it. */
function unitWords({ lot, origin }: Pick<Trail, 'lot' | 'origin'>, { settings }: LotView): string {
  const value = origin?.value.share ?? null
  const blends = [settings, ...settings.methods].some(({ method }) => method === 'average' || method === 'uk')
  const whole = lot.movedFrom === null && lot.quantity === origin?.quantity
  if (lot.unitCost === null || value === null || blends || !whole) return ''
  const fees = new Decimal(lot.unitCost).times(lot.quantity).minus(value)
  // A unit cost has 28 digits: what is left below that is rounding, no fee.
  const none = fees.abs().lt(new Decimal(value).abs().times('1e-20'))
  const cost = none ? amount(value) : `(${amount(value)} + ${amount(formatDecimal(fees))} of fees)`
  return ` = ${cost} ÷ ${lot.quantity}`
}

function originLines(origin: ExplainedFlow): string[] {
  const [head = '', ...rest] = flowLines(origin)
  return [`from      ${head}`, ...rest]
}

const moveLine = ({
  time,
  quantity,
  asset,
  toAsset,
  toQuantity,
  lot,
  toLot,
  out,
}: Trail['moves'][number]): string =>
  `moved     ${quantity} ${asset} of lot ${lot} at ${formatTime(time)} with flow ${out}` +
  (asset === toAsset ? '' : ` into ${toQuantity} ${toAsset}`) +
  `, now lot ${toLot}; cost and dates go with it`

function lotLines(lot: LotExplanation['lots'][number], view: LotView): string[] {
  return [
    `lot ${lot.lot.id} of ${lot.lot.asset}${lot.lot.wallet === null ? '' : ` in ${lot.lot.wallet}`}, acquired ${formatTime(lot.lot.opened)}`,
    ...trailLines(lot, view).map((line) => `  ${line}`),
    lot.draws.length === 0 ? '  nothing was drawn from it' : '  drawn from it:',
    ...lot.draws.map(drawLine),
  ]
}

function drawLine({ time, kind, source, quantity, cost, gain }: Draw): string {
  const end = gain === null ? '' : `, gain ${amount(gain)}`
  return `    ${formatTime(time)} ${kind} ${quantity} (${source}), cost ${amount(cost)}${end}`
}

function flowLines(flow: ExplainedFlow): string[] {
  const { kind, quantity, asset, time, place, tx, wallet, fee, feeAsset, note } = flow
  return [
    `${kind} ${quantity} ${asset} at ${formatTime(time)} (${place}${tx === null ? '' : `, tx ${tx}`}), wallet ${wallet}`,
    `  value       ${valueWords(flow)}`,
    ...(fee === null ? [] : [`  fee         ${fee} ${feeAsset ?? 'in the base currency'}`]),
    ...(note === '' ? [] : [`  note        ${note}`]),
  ]
}

const BASES: Readonly<Record<ExplainedValue['basis'], string>> = {
  base: 'the leg in the base currency',
  'price-in': 'the own price of what came in',
  'price-out': 'the own price of what went out',
  'mark-in': 'the mark of what came in',
  'mark-out': 'the mark of what went out',
  'own-price': 'the price that the row gives',
  mark: 'the mark',
  'same-tx': 'what the same token is worth in that exchange',
  missing: 'nothing: there is neither a price nor a mark',
}

function marksOf({ marks }: ExplainedValue): string {
  if (marks.length === 0) return ''
  const words = marks.map(
    ({ asset, price, hour, quality }) =>
      `${asset} ${price ?? MISSING_TEXT} at ${formatTime(hour)} (${quality})`,
  )
  return `: ${words.join(', ')}`
}

function valueWords({ value, quantity, asset, unitPrice, priceCurrency, rate }: ExplainedFlow): string {
  const price =
    unitPrice === null
      ? ''
      : `; unit price ${unitPrice}${priceCurrency === null ? '' : ` ${priceCurrency}, rate ${rate === null ? MISSING_TEXT : `${rate.price} (${rate.quality})`}`}`
  const exchange =
    value.legs.length < 2
      ? ''
      : `; the exchange ${value.legs.map((leg) => `${leg.quantity} ${leg.asset}`).join(', ')} is worth ${amount(value.value)}`
  return `${amount(value.share)} for ${quantity} ${asset}, by ${BASES[value.basis]}${marksOf(value)}${price}${exchange}`
}
