import type { AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { chainOf } from '#core/chain.ts'
import type { Hour } from '#core/hour.ts'
import type { CallReport } from '../http/stats.ts'
import { AlliumApi, BALANCES, type AlliumAccess } from './api.ts'
import type { PriceQuestion } from '../price-reply.ts'
import { readPrices, type PriceReply } from './prices.ts'
import { priceAddress, type AddressOf } from './tokens.ts'
import { readWallet, type Owned, type WalletQuestion, type WalletReply } from './wallets.ts'

export type AlliumOptions = AlliumAccess & Owned & { readonly addressOf: AddressOf }

/** Allium as a source of wallets and, by token address, of hourly prices; fulfils `WalletSource` and `PriceSource`. */
export type Allium = {
  readonly id: ProviderId
  readonly wallets: {
    readonly id: ProviderId
    supports(chain: string, signal: AbortSignal): Promise<boolean>
    wallet(request: WalletQuestion, signal: AbortSignal): Promise<WalletReply>
  }
  readonly prices: {
    readonly id: ProviderId
    readonly maxHours: number
    readonly minHours: number
    reach(now: number): Hour | null
    supports(asset: AssetId, quote: Quote): boolean
    prices(request: PriceQuestion, signal: AbortSignal): Promise<PriceReply>
  }
  /** Asks for the list of chains, which costs nothing, and tries the key with the cheapest call there is. */
  probe(signal: AbortSignal): Promise<{ host: string; at: number; chains: readonly string[] }>
  report(): CallReport
  close(): void
}

/** @see docs/providers.md#allium */
export function allium(options: AlliumOptions): Allium {
  const api = new AlliumApi(options)
  return {
    id: api.id,
    wallets: {
      id: api.id,
      supports: (chain, signal) => api.answers(BALANCES, chainOf(chain), signal),
      wallet: (request, signal) => readWallet(api, options, request, signal),
    },
    prices: {
      id: api.id,
      maxHours: 90 * 24,
      minHours: 1,
      reach: () => null,
      supports: (asset, quote) => quote === 'usd' && priceAddress(asset, options.addressOf) !== null,
      prices: (request, signal) => readPrices(api, options.addressOf, request, signal),
    },
    async probe(signal) {
      const [answer] = await Promise.all([api.probe(signal), api.tryKey(signal)])
      return answer
    },
    report: () => api.http.report(),
    close: () => api.http.close(),
  }
}
