import type { AssetId, Quote } from '#core/asset.ts'
import type { Coin } from '#core/coin.ts'
import { TidemarkError } from '#core/errors.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { Progress, isAbort, isItemError, type Context } from './context.ts'

/** The list is read again after an hour; a list of this many is as cheap as one of one. */
const COINS_AGE_MS = HOUR_MS
const LEAST_COINS = 10
const COINS_PER_PAGE = 250
const TOKENS_AGE_MS = DAY_MS

export type CoinList = { readonly coins: readonly Coin[]; readonly readAt: number | null }

/** Whether the list has to be read to know the top `count` and to name the `assets` that have no series yet. */
export function coinsDue(
  { coins, readAt }: CoinList,
  count: number,
  unnamed: readonly AssetId[],
  { now, quote }: { now: number; quote: Quote },
): boolean {
  if (readAt === null || now - readAt >= COINS_AGE_MS || coins[0]?.quote !== quote) return true
  const last = count === 0 ? null : coins[count - 1]
  if (last === undefined || (last !== null && (last.rank ?? Infinity) > count)) return true
  return unnamed.length > 0
}

/**
 * The list of coins, as fresh as the run needs it: the top by market cap, and the assets wanted beside them by id.
 * @returns coins by rank; the stored ones when they are fresh, or when the provider did not answer
 */
export async function readCoins(
  count: number,
  wanted: readonly AssetId[],
  context: Context,
): Promise<readonly Coin[]> {
  const { io, request, tally, quote, grace } = context
  const list = await io.store.coins()
  const feed = io.coins
  if (feed === null || context.signal.aborted) return list.coins
  // Fiat money and tokens that are only known by contract are on no list of coins.
  const assets = wanted.filter((asset) => !asset.includes(':'))
  const priced = new Set((await io.store.series()).map((series) => series.asset))
  const listed = new Set(list.coins.map((coin) => coin.asset))
  const unnamed = assets.filter((asset) => !listed.has(asset) && !priced.has(asset))
  if (!coinsDue(list, count, unnamed, { now: io.now(), quote })) return list.coins
  // A dry run asks only when it could not know the assets otherwise.
  if (request.dryRun && list.coins.length >= count) {
    tally.leaveOut(feed.id, Math.ceil(count / COINS_PER_PAGE) || 1)
    if (assets.length > 0) tally.leaveOut(feed.id, 1)
    return list.coins
  }
  const progress = new Progress(context.emit, 'coins', 1)
  try {
    // Never fewer than are stored, as long as that is one page: the list is not to shrink and grow by turns.
    const least = Math.max(LEAST_COINS, Math.min(COINS_PER_PAGE, topLength(list.coins)))
    const top = await feed.source.topCoins(Math.max(count, least), quote, grace)
    for (const fault of top.faults) tally.fail('coins', feed.id, faultOf(fault))
    const coins = [...top.coins, ...(await readOthers(top.coins, assets, context))]
    tally.answers++
    if (!request.dryRun) tally.addCoins(await io.store.writeCoins(coins, io.now()))
    progress.finished('coins', top.faults.length > 0)
    return coins
  } catch (error) {
    if (isAbort(error, context)) return list.coins
    if (!isItemError(error)) throw error
    tally.fail('coins', feed.id, error)
    progress.finished('coins', true)
    return list.coins
  } finally {
    if (!request.dryRun) await context.usage.flush()
  }
}

/** How many of the coins are the top of the market without a hole. */
function topLength(coins: readonly Coin[]): number {
  const end = coins.findIndex(({ rank }, index) => rank === null || rank > index + 1)
  return end < 0 ? coins.length : end
}

/** Assets that are not among the top, by id. An id that is not listed is no failure: it may be priced by hand. */
async function readOthers(
  top: readonly Coin[],
  assets: readonly AssetId[],
  { io, quote, grace, emit, tally }: Context,
): Promise<Coin[]> {
  const listed = new Set(top.map((coin) => coin.asset))
  const others = assets.filter((asset) => !listed.has(asset))
  if (io.coins === null || others.length === 0) return []
  try {
    const { coins, faults } = await io.coins.source.coinsById(others, quote, grace)
    for (const message of faults) emit({ type: 'notice', level: 'warn', message })
    return coins
  } catch (error) {
    if (!isItemError(error)) throw error
    tally.fail('coins', io.coins.id, error)
    return []
  }
}

function faultOf(message: string): TidemarkError {
  const fix = 'Run the same command again later; the coins that came were stored.'
  return new TidemarkError('PROVIDER_ANSWER', { message, fix })
}

/** The list of tokens, read once a day, for those sources that look assets up by contract. */
export async function readTokens(context: Context): Promise<void> {
  const { io, request, tally, grace } = context
  const stored = await io.store.tokens()
  const due = stored.readAt === null || io.now() - stored.readAt >= TOKENS_AGE_MS
  if (io.coins !== null && due && request.dryRun) tally.leaveOut(io.coins.id, 2)
  let { tokens } = stored
  if (io.coins !== null && due && !request.dryRun && !context.signal.aborted) {
    try {
      const answer = await io.coins.source.tokens(grace)
      for (const message of answer.faults) context.emit({ type: 'notice', level: 'warn', message })
      tokens = answer.tokens
      await io.store.writeTokens(tokens, io.now())
      tally.answers++
    } catch (error) {
      if (isAbort(error, context)) return
      if (!isItemError(error)) throw error
      tally.fail('tokens', io.coins.id, error)
    } finally {
      await context.usage.flush()
    }
  }
  io.useTokens?.(tokens)
}
