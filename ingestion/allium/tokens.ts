import type { AssetId } from '#core/asset.ts'
import { chainOf, type Chain } from '#core/chain.ts'
import { Decimal, formatDecimal, parseDecimal } from '#core/decimal.ts'

/** Finds the asset of a token by CAIP-2 chain and contract (`native` for the chain's own coin). */
export type ResolveToken = (chain: string, contract: string) => AssetId | null
/** Finds where an asset lives, as `core/coin.ts` describes it. */
export type AddressOf = (asset: AssetId) => { readonly chain: string; readonly contract: string } | null

/** How Allium names the coin that an EVM chain pays with. */
const NATIVE = '0x0000000000000000000000000000000000000000'

export function isNft(type: string | null | undefined): boolean {
  return /721|1155|nft/i.test(type ?? '')
}

function isNative(type: string | null | undefined, address: string | null | undefined): boolean {
  return type === 'native' || address === NATIVE || address === null || address === undefined
}

/** An address as it is compared: EVM addresses in lower case, others as they are. */
export function plainAddress(address: string): string {
  return /^0x[0-9a-f]+$/i.test(address) ? address.toLowerCase() : address
}

/** The asset of a token that Allium names: by the resolver, else the chain's coin or the token's CAIP-19 id. */
export function tokenAsset(
  chain: Chain,
  token: { readonly type?: string | null | undefined; readonly address?: string | null | undefined },
  resolve: ResolveToken,
): AssetId | null {
  if (isNative(token.type, token.address)) return resolve(chain.id, 'native') ?? chain.coin
  const contract = plainAddress(token.address ?? '')
  if (!/^[-.%a-zA-Z0-9]{1,128}$/.test(contract)) return null
  const namespace = chain.id.startsWith('eip155:') ? 'erc20' : 'token'
  return resolve(chain.id, contract) ?? (`${chain.id}/${namespace}:${contract}` as AssetId)
}

/** Decimals of a token, those of the chain's coin where it is that; null where nothing says. */
export function tokenDecimals(
  chain: Chain,
  token: {
    readonly type?: string | null | undefined
    readonly address?: string | null | undefined
    readonly decimals?: number | null | undefined
  },
): number | null {
  return token.decimals ?? (isNative(token.type, token.address) ? chain.decimals : null)
}

/** Base units as an exact decimal in units of the asset; null for what is no whole number. */
export function unitsOf(raw: string, decimals: number): string | null {
  if (!/^-?\d{1,100}$/.test(raw)) return null
  return formatDecimal(new Decimal(raw).times(new Decimal(10).pow(-decimals)))
}

/** An amount: base units where they and the decimals are known, else its text in units. */
export function amountOf(
  amount: { readonly raw_amount?: unknown; readonly amount_str?: unknown },
  decimals: number | null,
): string | null {
  const raw = amount.raw_amount
  const exact = typeof raw === 'string' || Number.isSafeInteger(raw) ? String(raw) : null
  if (exact !== null && decimals !== null) return unitsOf(exact, decimals)
  const text = typeof amount.amount_str === 'string' ? parseDecimal(amount.amount_str) : null
  return text === null ? null : formatDecimal(text)
}

/** Where Allium finds the price of an asset; null when it lives on no chain that is known here. */
export function priceAddress(
  asset: AssetId,
  addressOf: AddressOf,
): { chain: Chain; tokenAddress: string } | null {
  const caip19 = /^([^/]+)\/(?:erc20|token):(.+)$/.exec(asset)
  const place = caip19 ? { chain: caip19[1] ?? '', contract: caip19[2] ?? '' } : addressOf(asset)
  const chain = place ? chainOf(place.chain) : null
  if (place === null || chain === null) return null
  const native = place.contract === 'native'
  if (native && !chain.id.startsWith('eip155:')) return null
  return { chain, tokenAddress: native ? NATIVE : plainAddress(place.contract) }
}

/** Milliseconds of an ISO time; without a zone it is UTC, although JavaScript would read local time. */
export function timeOf(text: string): number | null {
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text)
    ? text
    : `${text.includes('T') ? text : `${text}T00:00:00`}Z`
  const time = Date.parse(zoned)
  return Number.isNaN(time) ? null : time
}
