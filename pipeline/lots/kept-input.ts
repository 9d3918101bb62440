import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart, type Month } from '#core/month.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { LotMark } from '#pnl/lots/report.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { PortfolioLedger } from '../pnl/ledger.ts'
import { MarkLoader } from '../pnl/marks.ts'
import { resolveRange } from '../queries/pnl-range.ts'
import { MarkRevisions, monthMarks, type MonthMarks } from './month-marks.ts'
import { RememberedFlows, type FlowMemory } from './remembered-flows.ts'
import { asBefore, sameFlows } from './same-flow.ts'
import { countedFlows, heldFlows, hoursNeeded } from './store-flows.ts'
import { latestOf, withMarks, type LotPorts, type StoreAsk } from './store-input.ts'
import { flowMarks, marksAt, type FlowMarks } from './store-marks.ts'

/** Flows that count of one month (`null`: openings of what was always held), and the marks that they need. */
type MonthPart = {
  /** As the ledger gave them. */
  readonly given: readonly Flow[]
  /** What counts of them; the same list as before where nothing of it changed. */
  readonly flows: readonly Flow[]
  readonly needed: ReadonlyMap<AssetId, ReadonlySet<Hour>>
  readonly earliest: number
  readonly latest: number
  readonly marks: MonthMarks
}

/** What lots of a portfolio are computed from as of one reading of the store, in parts that can be compared. */
export type KeptInput = {
  readonly input: LotInput
  readonly months: ReadonlyMap<Month, MonthPart>
  /** Openings of what was entered by hand without `since`. */
  readonly held: readonly Flow[]
  readonly memory: FlowMemory
  readonly knownFrom: string
  /** When the last flow is; −∞ without any. */
  readonly latest: number
}

const NO_MONTHS: ReadonlyMap<Month, never> = new Map<Month, never>()

/**
 * What `storeInput` gives, from what an earlier reading of the same portfolio left and what has changed since: months
 * whose revisions stand are neither read nor looked through again.
 * @param before of the same portfolio, to the letter, with the same settings
 */
export async function nextInput(
  before: KeptInput | null,
  { portfolio, at, now }: StoreAsk,
  io: LotPorts,
  settings: MarkSettings,
): Promise<KeptInput> {
  const loader = new MarkLoader(io, portfolio.baseCurrency, settings)
  const reader = new RememberedFlows(io, before?.memory ?? NO_MONTHS)
  const ledger = await PortfolioLedger.open(reader, portfolio, loader.base, at ?? now)
  const knownFrom = JSON.stringify([...ledger.knownFrom])
  const stands = before?.knownFrom === knownFrom ? before.months : NO_MONTHS
  const unmarked = await flowParts(ledger, { stands, before: before?.months ?? NO_MONTHS }, loader.base)
  const earliest = [...unmarked.values()].reduce((least, part) => Math.min(least, part.earliest), Infinity)
  const held = await heldFlows(earliest, ledger, loader)
  const heldNeeds = hoursNeeded(held, loader.base)
  const assets = [...new Set([...unmarked.values(), { needed: heldNeeds }].flatMap(({ needed }) => [...needed.keys()]))] // prettier-ignore
  const months = await marked(unmarked, await MarkRevisions.read(assets, io, loader), loader)
  const atFlows = marksOf(months, await flowMarks(heldNeeds, loader))
  const flows = [...[...months.values()].flatMap((part) => part.flows), ...held]
  const moment = at ?? (await newestMoment(flows, assets, now, loader))
  const input = withMarks(
    { flows, base: loader.base, names: ledger.names, at: moment },
    atFlows,
    await marksAt(assets, moment, loader),
  )
  const latest = flows.reduce((most, { time }) => Math.max(most, time), -Infinity)
  return { input, months, held, memory: reader.memory, knownFrom, latest }
}

type Parts = ReadonlyMap<Month, MonthPart>

/** Flows of each month, still with the marks of before. */
async function flowParts(
  ledger: PortfolioLedger,
  { stands, before }: { readonly stands: Parts; readonly before: Parts },
  base: AssetId,
): Promise<Map<Month, MonthPart>> {
  const parts = new Map<Month, MonthPart>()
  for (const month of ledger.months()) {
    const given = (await ledger.flows(month, [])).flows
    const standing = stands.get(month)
    if (standing !== undefined && sameFlows(given, standing.given)) parts.set(month, standing)
    else parts.set(month, partOf(given, countedFlows(given, ledger, base), before.get(month), base))
  }
  return parts
}

function partOf(
  given: readonly Flow[],
  counted: readonly Flow[],
  before: MonthPart | undefined,
  base: AssetId,
): MonthPart {
  const flows = asBefore(counted, before?.flows ?? [])
  return {
    given,
    flows,
    needed: hoursNeeded(flows, base),
    earliest: flows.reduce((least, { time }) => Math.min(least, time), Infinity),
    latest: flows.reduce((most, { time }) => Math.max(most, time), -Infinity),
    marks: before?.marks ?? new Map(),
  }
}

async function marked(parts: Parts, revisions: MarkRevisions, loader: MarkLoader): Promise<Parts> {
  const done = new Map<Month, MonthPart>()
  for (const [month, part] of parts) {
    const marks = await monthMarks(month, part.needed, { before: part.marks, revisions }, loader)
    done.set(month, marks === part.marks ? part : { ...part, marks })
  }
  return done
}

function marksOf(months: Parts, ofHeld: FlowMarks): FlowMarks {
  // Hours are asked for in order, mostly: the month of the last one is at hand.
  let [from, to] = [0, 0]
  let marks: MonthMarks | undefined
  const inMonth = (asset: AssetId, hour: number): LotMark | null => {
    if (hour < from || hour >= to) {
      const month = monthOf(hour)
      from = monthStart(month)
      to = monthEnd(month)
      marks = months.get(month)?.marks
    }
    return marks?.get(asset)?.marks.get(hour) ?? null
  }
  return (asset, hour) => inMonth(asset, hour) ?? ofHeld(asset, hour)
}

async function newestMoment(
  flows: readonly Flow[],
  assets: readonly AssetId[],
  now: number,
  loader: MarkLoader,
): Promise<number> {
  const { to } = await resolveRange({ now, days: 1 }, assets, loader)
  return latestOf(flows, now, to)
}
