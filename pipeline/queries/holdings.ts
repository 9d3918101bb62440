import type { AssetId } from '#core/asset.ts'
import { formatDecimal, toDouble, type Decimal } from '#core/decimal.ts'
import { addHours, hourOf, type Hour } from '#core/hour.ts'
import { MANUAL_WALLET, type Portfolio } from '#core/portfolio.ts'
import { MISSING, qualityName, type Quality } from '#core/quality.ts'
import { byLine, lineKey, parseLineKey } from '#pnl/flows/leg.ts'
import { markSource } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { readingsAt, type Readings } from '../chain/pair-times.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { openSession, presentQuantities, type PnlPorts, type PnlSession } from './pnl.ts'
import { symbolOf, symbolsOf } from './pnl-series.ts'
import { pageOf, type Page, type PageAsk } from './page.ts'

/** What is held now: one asset of one wallet on one chain. Money in the base currency. */
export type HoldingRow = {
  readonly asset: AssetId
  readonly symbol: string
  /** Address or name; `manual` for what was entered by hand. */
  readonly wallet: string
  readonly label: string | null
  readonly chain: string
  /** Exact decimal text. */
  readonly quantity: string
  /** The mark of the present hour, null where it is missing. */
  readonly mark: number | null
  readonly value: number | null
  /** The worse of the mark's and the quantity's: `carried` where the chain was last read before the hour. */
  readonly quality: Quality
  readonly source: string | null
  /** The last mark known before now, where the present one is missing. */
  readonly lastMark: number | null
  /** When the wallet was last read on its chain, in milliseconds, where its quantity is carried since then. */
  readonly readAt: number | null
}
/** A page of what is held, with wallets that are not known up to the hour. */
export type Holdings = Page<HoldingRow> & Readings

export type HoldingsAsk = PageAsk & {
  readonly portfolio: Portfolio
  readonly assets?: readonly AssetId[] | undefined
  readonly now: number
  /** False on a store that cannot be written. */
  readonly persist?: boolean
}

/** Present holdings, ordered by asset, wallet, chain; those of quantity 0 are left out. */
export async function listHoldings(
  io: PnlPorts,
  settings: MarkSettings,
  ask: HoldingsAsk,
): Promise<Holdings> {
  const { portfolio, now } = ask
  const persist = ask.persist ?? true
  const session = await openSession({ portfolio, quote: portfolio.baseCurrency, now, persist }, io, settings)
  const wanted = ask.assets === undefined ? null : new Set(ask.assets)
  const lines = [...(await linesOf(session, now))]
    .map(([key, quantity]) => ({ ...parseLineKey(key), quantity }))
    .filter(({ asset, quantity }) => !quantity.isZero() && (wanted === null || wanted.has(asset)))
    .sort(byLine)
  const page = pageOf(lines, ask)
  const readings = await readingsAt(portfolio, hourOf(now), io)
  const carried = new Map(readings.carried.map((pair) => [`${pair.chain}|${pair.address}`, pair.at]))
  const symbols = await symbolsOf(
    io,
    page.rows.map(({ asset }) => asset),
  )
  const rows: HoldingRow[] = []
  for (const { asset, wallet, chain, quantity } of page.rows) {
    const label = portfolio.wallets.find((one) => one.address === wallet)?.label ?? null
    const symbol = symbolOf(asset, symbols)
    const price = await priceOf(asset, hourOf(now), session)
    const value = price.mark === null ? null : toDouble(quantity) * price.mark
    const readAt = carried.get(`${chain}|${wallet}`)
    const quality = readAt === undefined || price.quality === 'missing' ? price.quality : 'carried'
    const row = { asset, symbol, wallet, label, chain, quantity: formatDecimal(quantity), ...price, value }
    rows.push({ ...row, quality, readAt: readAt ?? null })
  }
  return { rows, total: page.total, ...readings }
}

async function linesOf(session: PnlSession, now: number): Promise<Map<string, Decimal>> {
  const { computed } = session
  if (computed !== null && computed.last !== null) {
    const states = await computed.statesAt(computed.last)
    return new Map([...states].map(([line, { quantity }]) => [line, quantity]))
  }
  const byHand = await presentQuantities(session, now)
  return new Map(
    [...byHand].map(([asset, quantity]) => [lineKey({ asset, wallet: MANUAL_WALLET, chain: '' }), quantity]),
  )
}

async function priceOf(
  asset: AssetId,
  hour: Hour,
  { loader }: PnlSession,
): Promise<Pick<HoldingRow, 'mark' | 'quality' | 'source' | 'lastMark'>> {
  const marks = (await loader.load([asset], hour, addHours(hour, 1))).of(asset)
  const quality = qualityName(marks.quality[0] as number)
  if (marks.quality[0] !== MISSING)
    return { mark: marks.price[0] as number, quality, source: markSource(marks, 0), lastMark: null }
  const last = await lastMarks([asset], hour, loader)
  return { mark: null, quality, source: null, lastMark: last.get(asset) ?? null }
}
