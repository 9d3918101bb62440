import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { ceilHour } from '#core/hour.ts'
import { monthOf, type Month } from '#core/month.ts'
import { LotBook } from '#pnl/lots/book.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import type { KeptInput } from './kept-input.ts'

/** A book of one portfolio by one set of settings, which goes along from one reading of the store to the next. */
export class KeptBook {
  private readonly settings: LotSettings
  private state: KeptInput
  private readonly book: LotBook
  private readonly ids = new Set<string>()
  private reached = -Infinity

  /** Begins empty. @param first of the readings that it will be brought to */
  constructor(first: KeptInput, settings: LotSettings) {
    this.settings = settings
    this.state = nothingOf(first)
    const input = () => this.state.input
    this.book = new LotBook(
      {
        base: first.input.base,
        names: first.input.names,
        rateAt: (currency, hour) => input().rateAt(currency, hour),
        markAt: (asset, time) => input().markAt(asset, time),
      },
      settings,
    )
  }

  /** How many flows it holds. */
  get size(): number {
    return this.ids.size
  }

  /** Whether the book can tell of a moment: not with flows after it, nor where wallets were told apart since. */
  tells({ latest, input: { at } }: KeptInput): boolean {
    return latest <= at && (this.settings.walletFrom === null || at >= this.reached)
  }

  /**
   * The report of a reading of the store of which the book `tells`, computed from what changed since the one before.
   * @returns null where two flows have one id; then, and after an error, the book is of no use any more
   */
  report(next: KeptInput): LotReport | null {
    const { at } = next.input
    const { gone, come } = changes(this.state, next)
    for (const { id } of gone) this.ids.delete(id)
    for (const { id } of come) {
      if (this.ids.has(id)) return null
      this.ids.add(id)
    }
    this.state = next
    this.reached = at
    const again = new Set(come.map(({ id }) => id))
    this.book.update({ add: come, remove: gone.flatMap(({ id }) => (again.has(id) ? [] : [id])) })
    return this.book.report(at)
  }
}

const nothingOf = (of: KeptInput): KeptInput => ({ ...of, months: new Map(), held: [] })

type Changes = { readonly gone: Flow[]; readonly come: Flow[] }

/** Flows that are gone and those that have come; what is changed, or valued otherwise, is both. */
function changes(before: KeptInput, next: KeptInput): Changes {
  const all: Changes = { gone: [], come: [] }
  if (before === next) return all
  const atEnds = new Set([before, next].map(({ input }) => monthOf(input.at)))
  for (const month of new Set<Month>([...before.months.keys(), ...next.months.keys()])) {
    const [old, now] = [before.months.get(month), next.months.get(month)]
    if (old === now && !atEnds.has(month)) continue
    compare(old?.flows ?? [], now?.flows ?? [], valuedOtherwise(before.input, next.input), all)
  }
  compare(before.held, next.held, valuedOtherwise(before.input, next.input), all)
  return all
}

function compare(
  old: readonly Flow[],
  now: readonly Flow[],
  differs: (flow: Flow) => boolean,
  { gone, come }: Changes,
): void {
  const standing = new Set(now)
  for (const flow of old) if (!standing.delete(flow) || differs(flow)) gone.push(flow)
  const lost = new Set(old)
  for (const flow of now) if (!lost.has(flow) || differs(flow)) come.push(flow)
}

/** Whether a mark or a rate that a flow's value may rest on is another one now. */
function valuedOtherwise(before: LotInput, now: LotInput): (flow: Flow) => boolean {
  const differs = (asset: AssetId, hour: number) => usable(before, asset, hour) !== usable(now, asset, hour)
  return ({ asset, time, fee, feeAsset, priceCurrency }) => {
    const hour = ceilHour(time)
    return (
      differs(asset, hour) ||
      (fee !== null && feeAsset !== null && differs(feeAsset, hour)) ||
      (priceCurrency !== null && differs(`fiat:${priceCurrency}` as AssetId, hour))
    )
  }
}

/** The price that values a flow, as text; marks of quality `missing` value nothing. */
function usable({ markAt }: LotInput, asset: AssetId, hour: number): string | null {
  const mark = markAt(asset, hour)
  return mark === null || mark.quality === 'missing' ? null : mark.price.toString()
}
