import { shortContract, tokenOf, type AssetId } from '#core/asset.ts'

/** What stands where a number is missing. */
export const MISSING_TEXT = '—'

/** Money for people: thousands separated, two decimals, more where a small amount would read as 0. */
export function displayMoney(value: number | null): string {
  return value === null || Number.isNaN(value) ? MISSING_TEXT : digits(value, 2, 2)
}

/** Money with its sign, as gains and losses are read. */
export function displaySigned(value: number | null): string {
  const text = displayMoney(value)
  return value !== null && value > 0 ? `+${text}` : text
}

/** A price: six significant digits at the least, so that a stable coin's mark tells something. */
export function displayPrice(value: number): string {
  return Number.isNaN(value) ? MISSING_TEXT : digits(value, 2, 6)
}

/** Per cents below this are what is left of sums of floating numbers. */
const DUST = 1e-9

/** A share or return as per cent with its sign. @param fraction 0.0123 is +1.23 % */
export function displayPercent(fraction: number | null): string {
  if (fraction === null || Number.isNaN(fraction)) return MISSING_TEXT
  const percent = fraction * 100
  return `${displaySigned(Math.abs(percent) < DUST ? 0 : percent)} %`
}

/** A part of a whole as per cent; never 100 % when something is left out. @param share 0 to 1 */
export function displayShare(share: number): string {
  if (Number.isNaN(share)) return MISSING_TEXT
  const rounded = (share * 100).toFixed(1)
  return share < 1 && rounded === '100.0' ? '99.9 %' : `${share === 1 ? '100' : rounded} %`
}

/** A quantity: exact up to eight decimals, else eight significant digits. @param text exact plain decimal, or null */
export function displayQuantity(text: string | null): string {
  if (text === null) return MISSING_TEXT
  const [whole = '0', decimals = ''] = text.split('.')
  if (decimals.length <= 8) return decimals === '' ? grouped(whole) : `${grouped(whole)}.${decimals}`
  return whole.length > 15 ? grouped(whole) : digits(Number(text), 0, 8)
}

/** Plain digits with thousands separated; a non-zero never reads as 0. */
function digits(value: number, decimals: number, significant: number): string {
  if (value === 0) return (0).toFixed(decimals)
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  if (magnitude >= 15) return value.toPrecision(6).replace('e+', 'e')
  const places = Math.max(decimals, significant - 1 - magnitude)
  if (places > 14) return value.toExponential(Math.max(1, significant - 1))
  const [whole = '0', part = ''] = value.toFixed(places).split('.')
  const kept = withoutZeros(part, decimals)
  return kept === '' ? grouped(whole) : `${grouped(whole)}.${kept}`
}

function withoutZeros(part: string, least: number): string {
  let end = part.length
  while (end > least && part[end - 1] === '0') end--
  return part.slice(0, end)
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** An asset by its id; of a token that goes by its contract, that contract, short enough for a table. */
export function displayAsset(asset: AssetId): string {
  const contract = tokenOf(asset)?.contract
  return contract === undefined ? asset : shortContract(contract)
}

/** A number of a series, null where it is missing. */
export const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value
