import type { AssetId } from '#core/asset.ts'
import { byBytes } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import { ceilHour, type Hour } from '#core/hour.ts'
import { IN_TRANSIT, MANUAL_WALLET } from '#core/portfolio.ts'

/**
 * One signed change of one line (asset, wallet, chain), with what the valuation needs. A flow is one leg; a fee paid
 * in a token is a further leg of kind `fee`.
 */
export type Leg = {
  readonly flow: Flow
  readonly asset: AssetId
  readonly wallet: string
  readonly chain: string
  readonly kind: FlowKind
  /** The mark that ends its interval: t of (t−1, t]. */
  readonly hour: Hour
  readonly quantity: Decimal
  /** Own price in the base currency, or null. */
  readonly unitPrice: Decimal | null
  /** Fee in the base currency, which moves no holding; null when there is none. */
  readonly baseFee: Decimal | null
  /** Rows of one tx share it; null stands alone. */
  readonly group: string | null
}

/** What a portfolio calls its wallets: a label stands for its address. */
export type WalletNames = ReadonlyMap<string, string>

/** Price of one unit of a fiat currency in the base currency at an hour, or null where unknown. */
export type RateAt = (currency: string, hour: Hour) => Decimal | null

/**
 * The legs of a flow: itself, and its fee where that is paid in a token.
 * @param base the base currency as an asset; fees in it move no holding
 */
export function legsOf(flow: Flow, base: AssetId, names: WalletNames, rateAt: RateAt): Leg[] {
  const hour = ceilHour(flow.time)
  const wallet = flow.wallet === '' ? MANUAL_WALLET : walletOf(flow.wallet, names)
  const chain = flow.chain ?? ''
  const feeAsset = flow.feeAsset ?? base
  const fee = flow.fee === null ? null : new Decimal(flow.fee)
  const group = groupOf(flow)
  const inBase = feeAsset === base
  // Written out: of what is spread into another object, a hundred thousand take as long as all that is done with them.
  const main: Leg = {
    flow,
    asset: flow.asset,
    wallet,
    chain,
    kind: flow.kind,
    hour,
    quantity: new Decimal(flow.quantity),
    unitPrice: priceOf(flow, hour, rateAt),
    baseFee: inBase ? fee : null,
    group,
  }
  if (fee === null || fee.isZero() || inBase) return [main]
  const paid: Leg = {
    flow,
    asset: feeAsset,
    wallet,
    chain,
    kind: 'fee',
    hour,
    quantity: fee.negated(),
    unitPrice: null,
    baseFee: null,
    group,
  }
  return [main, paid]
}

/** A label or an address in any case stands for its wallet; any other name for itself. */
function walletOf(name: string, names: WalletNames): string {
  return names.get(name) ?? names.get(name.toLowerCase()) ?? name
}

function priceOf(flow: Flow, hour: Hour, rateAt: RateAt): Decimal | null {
  if (flow.unitPrice === null) return null
  const price = new Decimal(flow.unitPrice)
  if (flow.priceCurrency === null) return price
  const rate = rateAt(flow.priceCurrency, hour)
  return rate === null ? null : price.times(rate)
}

/** Begins the `tx` of two flows that were paired by hand, on whatever chains and from whatever sources they are. */
export const MATCH_TX = 'match:'

/** `tx` groups legs within owner and chain; without a chain, within owner and source; a pair made by hand everywhere. */
export function groupOf(flow: Flow): string | null {
  if (flow.tx === null || flow.tx === '') return null
  if (flow.tx.startsWith(MATCH_TX)) return flow.tx
  return flow.chain === null ? `source:${flow.source}|${flow.tx}` : `chain:${flow.chain}|${flow.tx}`
}

export type LineId = { readonly asset: AssetId; readonly wallet: string; readonly chain: string }

/** Key of a line; parts are percent-encoded so that no id can pretend to be two. */
export function lineKey(line: LineId): string {
  return [line.asset, line.wallet, line.chain].map(encodeURIComponent).join('|')
}

export function parseLineKey(key: string): LineId {
  const [asset = '', wallet = '', chain = ''] = key.split('|').map(decodeURIComponent)
  return { asset: asset as AssetId, wallet, chain }
}

/** Order of lines everywhere: assets, then wallets, then chains, by the bytes of their ids. */
export function byLine(a: LineId, b: LineId): number {
  return byBytes(a.asset, b.asset) || byBytes(a.wallet, b.wallet) || byBytes(a.chain, b.chain)
}

/** Legs of one group in a fixed order: time, then the id of their flow, the row before its fee. */
export function byEntry(a: Leg, b: Leg): number {
  return (
    a.flow.time - b.flow.time ||
    byBytes(a.flow.id, b.flow.id) ||
    Number(b.kind === 'fee') - Number(a.kind === 'fee')
  )
}

export const transitLine = (leg: Leg): LineId => ({ asset: leg.asset, wallet: IN_TRANSIT, chain: leg.chain })
