import type { AssetId, Quote } from '#core/asset.ts'
import { emptyColumns, type Chunk } from '#core/candle.ts'
import { addHours, formatTime, hoursBetween, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import { plain } from '#core/number.ts'
import type { Gap } from '#core/sample.ts'
import { disputesOf, LOOK_BACK_HOURS, type Dispute } from '#pnl/marks/dispute.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import { markRulesOf } from '#pnl/settings.ts'
import { within, type HourRun } from '../../plan/runs.ts'
import type { Context } from './context.ts'
import { LEAD_HOURS } from './plan.ts'
import { marksRun } from './state.ts'
import type { SeriesWant } from './wants.ts'

/**
 * Lists the hours of a run at which two sources are too far apart, with both prices, as gaps of the two together; takes
 * those off the list that no longer are. Only hours that both were asked for anyway can be among them.
 * @returns how many hours are new on the list
 */
export async function noteDisputes(wants: readonly SeriesWant[], context: Context): Promise<number> {
  const { range, emit, signal } = context
  const span = marksRun(addHours(range.from, -LEAD_HOURS), range.to)
  let found = 0
  for (const quote of new Set(wants.map((want) => want.quote))) {
    const assets = [...new Set(wants.filter((want) => want.quote === quote).map(({ asset }) => asset))]
    for (const asset of await severallyPriced(assets, quote, span, context)) {
      if (signal.aborted) return found
      found += await noteOf(asset, quote, span, context)
    }
  }
  if (found > 0) {
    const message = `Hours that two sources newly dispute: ${found}. "tidemark gaps" lists both prices and which one stands.`
    emit({ type: 'notice', level: 'warn', message })
  }
  return found
}

/** Assets with candles of more than one source in the months of the span. */
async function severallyPriced(
  assets: readonly AssetId[],
  quote: Quote,
  span: HourRun,
  { io }: Context,
): Promise<AssetId[]> {
  const [first, last] = [monthOf(span.from), monthOf(span.to - 1)]
  const providers = new Map<AssetId, Set<string>>()
  for (const { asset, provider, month } of await io.store.revisions(assets, quote)) {
    const counts = provider !== MANUAL_PROVIDER && io.marks.sources.includes(provider)
    if (!counts || month < first || month > last) continue
    providers.set(asset, (providers.get(asset) ?? new Set()).add(provider))
  }
  return assets.filter((asset) => (providers.get(asset)?.size ?? 0) > 1)
}

async function noteOf(asset: AssetId, quote: Quote, span: HourRun, { io }: Context): Promise<number> {
  const months = { from: monthOf(addHours(span.from, -LOOK_BACK_HOURS)), to: monthOf(span.to - 1) }
  const chunks = await io.store.chunks({ assets: [asset], quote, ...months })
  const rules = markRulesOf(io.marks, asset)
  const disputes = disputesOf(span.from, span.to, sourcesOf(chunks, io.marks.sources), rules)
  const listed = (await io.store.gaps({ asset, quote })).filter(({ reason }) => reason === 'disputed')
  const present = listed.filter((gap) => within([gap], [span]).length > 0)
  const next = gapsOf(asset, quote, disputes, present, io.now())
  for (const provider of new Set([...present, ...next].map((gap) => gap.provider))) {
    const own = (gap: Gap) => gap.provider === provider
    if (JSON.stringify(present.filter(own)) === JSON.stringify(next.filter(own))) continue
    // A run with nothing in it: it changes no candle, and the gaps of its hours become those given.
    const columns = emptyColumns(hoursBetween(span.from, span.to))
    const run = { asset, quote, provider, from: span.from, columns }
    await io.store.writePrices([{ run, suspects: [], gaps: next.filter(own) }])
  }
  return disputes.filter(({ hour }) => !present.some((gap) => gap.from <= hour && hour < gap.to)).length
}

function sourcesOf(chunks: readonly Chunk[], sources: readonly string[]) {
  return sources.map((provider) => ({
    provider,
    pieces: chunks
      .filter((chunk) => chunk.provider === provider)
      .map(({ month, columns }) => ({ from: monthStart(month), columns })),
  }))
}

/** Disputed hours, joined while the same two dispute them and the same one stands. */
function gapsOf(
  asset: AssetId,
  quote: Quote,
  disputes: readonly Dispute[],
  present: readonly Gap[],
  now: number,
): Gap[] {
  const groups: Dispute[][] = []
  for (const dispute of disputes) {
    const last = groups.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && joins(before, dispute)) last.push(dispute)
    else groups.push([dispute])
  }
  return groups.map((group) => {
    const [first] = group as [Dispute]
    const provider = first.providers.join('+')
    const to: Hour = addHours(first.hour, group.length)
    const message = messageOf(group)
    const known = present.find((gap) => gap.provider === provider && gap.from < to && first.hour < gap.to)
    const same = known !== undefined && known.message === message && known.to === to
    const seen = known?.seen ?? now
    const tried = same ? known.tried : now
    return {
      asset,
      quote,
      provider,
      from: first.hour,
      to,
      reason: 'disputed',
      message,
      seen,
      tried,
      tries: 1,
    }
  })
}

const joins = (a: Dispute, b: Dispute): boolean =>
  b.hour === addHours(a.hour, 1) && a.stands === b.stands && a.providers.join() === b.providers.join()

/** Both prices where they are furthest apart, and which of the two gives the mark. */
function messageOf(group: readonly Dispute[]): string {
  const far = ({ prices: [a, b] }: Dispute) => Math.abs(a - b) / Math.min(a, b)
  const widest = group.reduce((best, each) => (far(each) > far(best) ? each : best))
  const { providers, prices, stands, hour } = widest
  const at = group.length === 1 ? '' : ` at ${formatTime(hour)}`
  const both = providers.map((provider, index) => `${provider} ${plain(prices[index] as number)}`).join(', ')
  const why = stands === 0 ? '' : `, since ${providers[0]} jumped`
  return `${both}${at}: ${Number((far(widest) * 100).toPrecision(3))} % apart; ${providers[stands]} stands${why}.`
}
