import { isFiatCode, type AssetId } from '#core/asset.ts'
import { addHours, HOUR_MS, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, type Month } from '#core/month.ts'
import { countLegs, effectsOf, type CountedLeg, type Effect } from '#pnl/flows/effects.ts'
import { isDerived } from '#pnl/flows/anchors.ts'
import { legsOf, lineKey, type Leg } from '#pnl/flows/leg.ts'
import type { MarkBook, MarkLoader } from './marks.ts'
import type { MonthFlows, PortfolioLedger } from './ledger.ts'

/** A month's flows counted. */
export type CountedMonth = {
  readonly counted: readonly CountedLeg[]
  readonly effects: ReadonlyMap<string, readonly Effect[]>
}

/** Flows of a month → what they do to each line. Loads the marks of `assets` for the whole month. */
export async function countMonth(
  month: Month,
  flows: MonthFlows,
  assets: readonly AssetId[],
  ledger: PortfolioLedger,
  loader: MarkLoader,
): Promise<CountedMonth> {
  const marks = await loader.load(assets, monthStart(month), monthEnd(month))
  return countWith(marks, month, flows, assets, ledger, loader)
}

/** The same with the month's marks at hand. */
export async function countWith(
  marks: MarkBook,
  month: Month,
  flows: MonthFlows,
  assets: readonly AssetId[],
  ledger: PortfolioLedger,
  loader: MarkLoader,
): Promise<CountedMonth> {
  const others = await mateMarks(flows, assets, loader)
  const markAt: MarkBook['at'] = (asset, hour) => marks.at(asset, hour) ?? others?.at(asset, hour) ?? null
  const counted = countFlows(month, flows, ledger, loader.base, markAt)
  return { counted, effects: effectsOf(counted) }
}

/** Flows of a month, each leg with its line and role, valued by the marks given. */
export function countFlows(
  month: Month,
  flows: MonthFlows,
  ledger: Pick<PortfolioLedger, 'names' | 'knownFrom'>,
  base: AssetId,
  markAt: MarkBook['at'],
): CountedLeg[] {
  const rateAt = (currency: string, hour: Hour) =>
    isFiatCode(currency) ? markAt(`fiat:${currency}`, hour) : null
  const legs: Leg[] = []
  for (const list of [flows.flows, flows.mates]) {
    for (const flow of list) legs.push(...legsOf(flow, base, ledger.names, rateAt))
  }
  return countLegs(legs, base, markAt).filter((item) => isCounted(item, month, ledger.knownFrom))
}

/** Mates of other months only help to value; flows before a balance's first hour are within its opening. */
function isCounted({ leg, line }: CountedLeg, month: Month, known: PortfolioLedger['knownFrom']): boolean {
  if (leg.hour < monthStart(month) || leg.hour >= monthEnd(month)) return false
  if (known.size === 0) return true
  const knownFrom = known.get(lineKey(line))
  return knownFrom === undefined || leg.flow.time > knownFrom || isDerived(leg.flow)
}

async function mateMarks(
  { mates }: MonthFlows,
  assets: readonly AssetId[],
  loader: MarkLoader,
): Promise<MarkBook | null> {
  if (mates.length === 0) return null
  const hours = mates.map((flow) => Math.ceil(flow.time / HOUR_MS) * HOUR_MS) as Hour[]
  const from = hours.reduce((least, hour) => (hour < least ? hour : least))
  const to = hours.reduce((most, hour) => (hour > most ? hour : most))
  return loader.load(assets, from, addHours(to, 1))
}
