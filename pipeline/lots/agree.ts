import { Decimal, toDouble } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS, ceilHour, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { computeLots, prepareLots, type LotInput } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import { DEFAULT_LOT_SETTINGS } from '#pnl/lots/settings.ts'
import { sourceOf } from '#pnl/lots/rows.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { pnlReport, type PnlPorts } from '../queries/pnl.ts'
import type { PnlReport } from '../queries/pnl-report.ts'
import { asOf, storeInput } from './store-input.ts'

/** How far the two views may be apart; totals below 10^12. */
const TOLERANCE = 0.01

/** Whether hourly PnL and lots tell the same of a portfolio (docs/semantics.md, 5). */
export type Agreement = {
  readonly portfolio: string
  readonly at: number
  /** Null: there is something that the two views treat differently, and nothing was compared. */
  readonly difference: number | null
  /** Why nothing was compared. */
  readonly reason: string | null
  /** Where they differ: the flows of the first hour at which they do; null where they agree. */
  readonly flows: readonly { readonly flow: string; readonly source: string; readonly time: number }[] | null
}

/**
 * Compares the PnL of all hours with realised + unrealised + income − costs + transferred. Where they differ, the first
 * hour at which they do is looked for by halving, and its flows are named.
 */
export async function agreementOf(
  { portfolio, now }: { readonly portfolio: Portfolio; readonly now: number },
  io: PnlPorts,
  settings: MarkSettings,
): Promise<Agreement> {
  const newest = await storeInput({ portfolio, at: null, now }, io, settings)
  const at = hourOf(newest.at)
  const quote = portfolio.baseCurrency
  const lotsAt = async (hour: number) => lots(await asOf(newest, hour, { quote }, io, settings))
  const report = await lotsAt(at)
  const head = { portfolio: portfolio.name, at }
  const reason = incomparable(report)
  const from = beforeAll(newest.flows)
  if (reason !== null || from >= at)
    return { ...head, difference: null, reason: reason ?? 'nothing flows', flows: null }
  const request = { portfolio, quote, mode: 'flows' as const, from, to: at, persist: false, now }
  const pnl = await pnlReport(request, io, settings)
  if (pnl.gaps.length > 0)
    return { ...head, difference: null, reason: 'a mark is missing at some hour', flows: null }
  const difference = apart(pnl, at, report)
  if (Math.abs(difference) <= TOLERANCE) return { ...head, difference, reason: null, flows: null }
  const hour = await firstApart(pnl, lotsAt)
  return { ...head, difference, reason: null, flows: flowsOf(newest, hour) }
}

/** The mark before the first flow; what was held ever since is there from its first mark on. */
function beforeAll(flows: readonly Flow[]): Hour {
  let from = Infinity
  for (const { source, time } of flows)
    from = Math.min(from, source === 'holdings' ? time : ceilHour(time) - HOUR_MS)
  return from as Hour
}

const lots = (input: LotInput): LotReport => computeLots(prepareLots(input), DEFAULT_LOT_SETTINGS)

function incomparable({ incomplete, problems, total }: LotReport): string | null {
  if (incomplete) return 'a part is undocumented, or something held is missing'
  if (total.partial.length > 0) return 'a price is missing'
  if (problems.some(({ code }) => code !== 'UNPAIRED_TRANSFER')) return 'lots have problems of their own'
  return null
}

function apart(pnl: PnlReport, hour: Hour, { total }: LotReport): number {
  const { realised, unrealised, income, costs, transferred } = total
  const sum = new Decimal(realised).plus(unrealised).plus(income).minus(costs).plus(transferred)
  const index = (hour - pnl.from) / HOUR_MS
  return (pnl.total.pnl[index] ?? NaN) - toDouble(sum)
}

/** The first hour from which the two are apart, by halving: they agree at the start and differ at the end. */
async function firstApart(pnl: PnlReport, lotsAt: (hour: number) => Promise<LotReport>): Promise<Hour> {
  let agree = 0
  let differ = pnl.hours.length - 1
  while (differ - agree > 1) {
    const middle = (agree + differ) >> 1
    const hour = pnl.hours[middle] as Hour
    if (Math.abs(apart(pnl, hour, await lotsAt(hour))) > TOLERANCE) differ = middle
    else agree = middle
  }
  return pnl.hours[differ] as Hour
}

function flowsOf({ flows }: LotInput, hour: Hour): NonNullable<Agreement['flows']> {
  return flows
    .filter(({ time }) => ceilHour(time) === hour)
    .slice(0, 20)
    .map((flow) => ({ flow: flow.id, source: sourceOf(flow), time: flow.time }))
}
