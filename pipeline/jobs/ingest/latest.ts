import type { AssetId, Quote } from '#core/asset.ts'
import { addHours, hourOf, hoursBetween, type Hour } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import type { PriceWrite } from '../../ports.ts'
import { spotOf, type SourcePrice, type SpotSource } from '../../queries/spot-source.ts'
import type { PriceFeed } from '../io.ts'
import { writeOf } from './answer.ts'
import { isAbort, isItemError, type Context } from './context.ts'
import { knownOf } from './prices.ts'
import type { SeriesWant } from './wants.ts'

/** As many as one call of most sources takes; the wants of a run begin with what is held. */
const MOST_ASSETS = 100

/**
 * The price of now from every later source that gives it cheaply: one sample in the hour that is running. It is there to
 * compare the first source with, stands in where that fails, and is all that a source without history has. Once an hour:
 * what it has already is not asked again. A failure of it is told and costs the run nothing.
 */
export async function readLatest(wants: readonly SeriesWant[], context: Context): Promise<void> {
  const { io, range, signal } = context
  if (range.to !== hourOf(io.now())) return
  for (const feed of io.prices.slice(1)) {
    const spot = spotOf(feed.source)
    if (spot !== null && !signal.aborted) await readFrom(feed, spot, wants, context)
  }
}

async function readFrom(
  { source }: PriceFeed,
  spot: SpotSource,
  wants: readonly SeriesWant[],
  context: Context,
): Promise<void> {
  const quotes = new Set(wants.map(({ quote }) => quote))
  for (const quote of quotes) {
    const supported = wants.filter((want) => want.quote === quote && source.supports(want.asset, quote))
    const assets = [...new Set(supported.map(({ asset }) => asset))].slice(0, MOST_ASSETS)
    const lacking = await withoutHour(assets, quote, source.id, context)
    if (lacking.length > 0) await readSome(spot, lacking, quote, context)
  }
}

/** Assets of which the provider has nothing yet in the hour that is running. */
async function withoutHour(
  assets: readonly AssetId[],
  quote: Quote,
  provider: string,
  { io }: Context,
): Promise<AssetId[]> {
  const month = monthOf(io.now())
  const index = hoursBetween(monthStart(month), hourOf(io.now()))
  const revisions = await io.store.revisions(assets, quote)
  const begun = revisions.filter((chunk) => chunk.provider === provider && chunk.month === month)
  const read = [...new Set(begun.map(({ asset }) => asset))]
  const chunks =
    read.length === 0 ? [] : await io.store.chunks({ assets: read, quote, from: month, to: month })
  const own = chunks.filter((chunk) => chunk.provider === provider)
  const had = new Set(
    own.filter(({ columns }) => (columns.count[index] as number) > 0).map(({ asset }) => asset),
  )
  return assets.filter((asset) => !had.has(asset))
}

async function readSome(
  spot: SpotSource,
  assets: readonly AssetId[],
  quote: Quote,
  context: Context,
): Promise<void> {
  const { io, tally, emit, grace, usage } = context
  try {
    const { prices, faults } = await spot.spot(assets, quote, grace)
    for (const message of faults) emit({ type: 'notice', level: 'warn', message })
    const writes: PriceWrite[] = []
    for (const [asset, price] of prices) {
      const write = await writeFor(spot.id, asset, quote, price, context)
      if (write !== null) writes.push(write)
    }
    const counts = writes.length === 0 ? [] : await io.store.writePrices(writes)
    for (const count of counts) tally.addHours(count)
  } catch (error) {
    if (isAbort(error, context)) return
    if (!isItemError(error)) throw error
    if (error.code.startsWith('CREDENTIAL')) tally.fail('prices', spot.id, error)
    else emit({ type: 'notice', level: 'warn', message: error.message })
  } finally {
    await usage.flush()
  }
}

/** One sample as it is stored; null for a price of another hour. */
async function writeFor(
  provider: string,
  asset: AssetId,
  quote: Quote,
  { price, time }: SourcePrice,
  context: Context,
): Promise<PriceWrite | null> {
  const now = context.io.now()
  const from: Hour = hourOf(now)
  const to = addHours(from, 1)
  if (time < from || time >= to) return null
  const window = { asset, quote, provider, from, to: now, core: { from, to } }
  const samples = { times: Float64Array.of(time), prices: Float64Array.of(price) }
  const answer = { samples, coveredTo: Math.min(to, Math.max(now, time + 1)), invalid: [] }
  return writeOf(window, answer, await knownOf(window, context))
}
