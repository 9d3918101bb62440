import { isFiatCode, type Quote } from '#core/asset.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'

/** Currencies that are no ISO codes and that CoinGecko quotes prices in. */
const CRYPTO_QUOTES = new Set(['btc', 'eth'])

/** Reads the currency that a portfolio is valued in: an ISO code, `btc` or `eth`. */
export function readBaseCurrency(text: string): Reading<Quote> {
  const lower = text.toLowerCase()
  if (lower.length <= 8 && (isFiatCode(lower) || CRYPTO_QUOTES.has(lower))) return ok(lower as Quote)
  return faulty(`${quoted(text)} is no currency: use an ISO code such as usd, eur or chf, or btc or eth`)
}
