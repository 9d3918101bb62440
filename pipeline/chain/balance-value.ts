import type { AssetId, Quote } from '#core/asset.ts'
import { Decimal, toDouble } from '#core/decimal.ts'
import { addHours, type Hour } from '#core/hour.ts'
import { CARRIED, MISSING, OK, qualityName, type Quality } from '#core/quality.ts'
import { Sum } from '#core/sum.ts'
import type { Hex, Standing } from '#ingestion/evm/types.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { lastMarks } from '../pnl/last-marks.ts'
import { MarkLoader } from '../pnl/marks.ts'
import type { SeriesReader } from '../ports.ts'
import type { SeenBalance } from './last-seen.ts'
import type { WalletOnChain } from './balances.ts'

/** A balance with its value at an hour mark, money in the quote currency. */
export type ValuedBalance = {
  readonly chain: string
  readonly wallet: Hex
  /** Lower case, or `native`. */
  readonly contract: Hex | 'native'
  readonly asset: AssetId
  readonly symbol: string
  readonly standing: Standing
  /** Exact decimal text in units, null where it is missing or the token has no decimals. */
  readonly quantity: string | null
  /** Base units as the chain tells them; null where missing. */
  readonly amount: string | null
  readonly decimals: number | null
  readonly mark: number | null
  readonly value: number | null
  /** The worse of the mark's and the balance's: `carried` where the chain could not be read. */
  readonly quality: Quality
  /** Milliseconds since the balance was read, where that is not now. */
  readonly age: number | null
  /** Why there is no balance. */
  readonly reason: string | null
}
export type BalanceTotal = {
  /** Everything with a known price, at its last known mark where the present one is missing; null where nothing has. */
  readonly value: number | null
  readonly quality: Quality
  readonly coverage: number
  readonly coverageByCount: number
  /** The oldest balance in it, milliseconds; null where all were read now. */
  readonly age: number | null
}

type Known = { readonly mark: number; readonly quality: number; readonly last: number }
type Row = { readonly row: ValuedBalance; readonly known: Known; readonly held: boolean }

/** Balances with their values, those of suspects apart, and the total of what counts. */
export async function valued(
  store: SeriesReader,
  places: readonly WalletOnChain[],
  ask: { readonly quote: Quote; readonly hour: Hour; readonly all: boolean },
  settings: MarkSettings,
): Promise<{ balances: ValuedBalance[]; suspects: ValuedBalance[]; total: BalanceTotal }> {
  const all = places.flatMap((place) => place.balances.map((balance) => ({ place, balance })))
  const counted = all.filter(({ balance }) => isValued(balance.token.standing))
  const assets = [...new Set(counted.map(({ balance }) => balance.token.asset))]
  const prices = await pricesAt(store, assets, ask, settings)
  const rows = all.map(({ place, balance }) => rowOf(place, balance, prices.get(balance.token.asset)))
  const shown = rows.filter(({ row, held }) => held || (ask.all && row.standing !== 'suspect'))
  const listed = shown.filter(({ row }) => isValued(row.standing) || (ask.all && row.standing === 'hidden'))
  return {
    balances: listed.map(({ row }) => row).sort(byPlaceAndValue(places)),
    suspects: shown.filter(({ row }) => row.standing === 'suspect').map(({ row }) => row),
    total: totalOf(rows.filter(({ row, held }) => held && isValued(row.standing))),
  }
}

const isValued = (standing: Standing): boolean => standing !== 'suspect' && standing !== 'hidden'

async function pricesAt(
  store: SeriesReader,
  assets: readonly AssetId[],
  { quote, hour }: { quote: Quote; hour: Hour },
  settings: MarkSettings,
): Promise<Map<AssetId, Known>> {
  const loader = new MarkLoader(store, quote, settings)
  const marks = await loader.load(assets, hour, addHours(hour, 1))
  const missing = assets.filter((asset) => marks.of(asset).quality[0] === MISSING)
  const last = await lastMarks(missing, hour, loader)
  return new Map(
    assets.map((asset) => {
      const { price, quality } = marks.of(asset)
      const mark = price[0] ?? NaN
      return [asset, { mark, quality: quality[0] ?? MISSING, last: last.get(asset) ?? mark }]
    }),
  )
}

function rowOf({ chain, wallet, age }: WalletOnChain, balance: SeenBalance, price: Known | undefined): Row {
  const { token, quantity, amount, reason } = balance
  const known = price ?? { mark: NaN, quality: MISSING, last: NaN }
  const zero = isZero(quantity ?? amount)
  const worth = quantity === null ? NaN : zero ? 0 : toDouble(new Decimal(quantity)) * known.mark
  // Where nothing is held no price is needed.
  const priced = zero && reason === null ? OK : quantity === null ? MISSING : known.quality
  const quality = Math.min(priced, age === null ? OK : CARRIED)
  const row: ValuedBalance = {
    ...{ chain: chain.name, wallet, contract: token.contract, asset: token.asset, symbol: token.symbol },
    ...{ standing: token.standing, quantity, amount, decimals: token.decimals },
    mark: Number.isNaN(known.mark) ? null : known.mark,
    value: Number.isNaN(worth) ? null : worth,
    quality: qualityName(quality),
    ...{ age, reason },
  }
  return { row, known: { ...known, quality }, held: !zero }
}

/** A missing balance is not 0. */
const isZero = (text: string | null): boolean => text !== null && new Decimal(text).isZero()

/** The sum over what is held (docs/semantics.md, 4, Totals). */
function totalOf(rows: readonly Row[]): BalanceTotal {
  const [value, known, covered] = [new Sum(), new Sum(), new Sum()]
  let [priced, everPriced, worst] = [0, 0, OK as number]
  for (const { row, known: price } of rows) {
    const worth = row.quantity === null ? NaN : toDouble(new Decimal(row.quantity)) * price.last
    if (!Number.isNaN(worth)) {
      everPriced++
      value.add(worth)
      known.add(Math.abs(worth))
    }
    if (row.value === null) continue
    priced++
    covered.add(Math.abs(worth))
    worst = Math.min(worst, price.quality)
  }
  const none = rows.length === 0
  const ages = rows.flatMap(({ row }) => row.age ?? [])
  return {
    value: none || everPriced > 0 ? value.value : null,
    quality: qualityName(!none && priced === 0 ? MISSING : worst),
    coverage: none ? 1 : known.value === 0 ? 0 : Math.min(1, covered.value / known.value),
    coverageByCount: none ? 1 : priced / rows.length,
    age: ages.length === 0 ? null : Math.max(...ages),
  }
}

/** In the order in which places come; in each the coin first, then by value, then by symbol. */
function byPlaceAndValue(places: readonly WalletOnChain[]): (a: ValuedBalance, b: ValuedBalance) => number {
  const order = new Map(places.map(({ chain, wallet }, at) => [`${chain.name}|${wallet}`, at]))
  const place = ({ chain, wallet }: ValuedBalance) => order.get(`${chain}|${wallet}`) ?? 0
  const coin = ({ contract }: ValuedBalance) => (contract === 'native' ? 0 : 1)
  return (a, b) =>
    place(a) - place(b) ||
    coin(a) - coin(b) ||
    (b.value ?? -1) - (a.value ?? -1) ||
    (a.contract < b.contract ? -1 : 1)
}
