import type { Config } from '#config/config.ts'
import type { AssetId } from '#core/asset.ts'
import type { Coin } from '#core/coin.ts'
import { backed, type Backed } from '#ingestion/backed/client.ts'
import { coinmarketcap, type CoinMarketCap } from '#ingestion/coinmarketcap/client.ts'
import type { Described } from '#ingestion/coinmarketcap/ids.ts'
import { defillama, type DefiLlama } from '#ingestion/defillama/client.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import type { TokenBook } from './token-book.ts'

/** Tells where an asset lives and how it is called, for sources that have names of their own for it. */
export function describer(tokens: TokenBook, coins: readonly Coin[]): (asset: AssetId) => Described {
  const byAsset = new Map(coins.map((coin) => [coin.asset, coin]))
  return (asset) => {
    const coin = byAsset.get(asset)
    const own = tokens.tokensOf(asset)
    const places = own.filter(({ contract }) => contract !== 'native')
    return { places, symbol: coin?.symbol ?? own[0]?.symbol ?? null, name: coin?.name ?? null }
  }
}

/** CoinMarketCap as configured; null without a key. @param used credits already used in this UTC month */
export function coinmarketcapOf(
  config: Config,
  describe: (asset: AssetId) => Described,
  used: number,
  http: HttpTuning,
): CoinMarketCap | null {
  const { apiKey, baseUrl, rate, monthCredits, historyDays } = config.coinmarketcap
  if (apiKey === null) return null
  return coinmarketcap({
    ...{ apiKey, baseUrl, historyDays, describe, http, perMinute: rate },
    monthCredits: monthCredits === null ? null : { limit: monthCredits, used },
  })
}

/** Backed as configured. */
export function backedOf(config: Config, describe: (asset: AssetId) => Described, http: HttpTuning): Backed {
  const { baseUrl, rate } = config.backed
  return backed({ baseUrls: baseUrl === null ? null : [baseUrl], perMinute: rate, describe, http })
}

/** DefiLlama as configured. */
export function defillamaOf(config: Config, http: HttpTuning): DefiLlama {
  const { apiKey, baseUrl, rate } = config.defillama
  return defillama({ apiKey, baseUrl, perMinute: rate, http })
}

/** Hosts and keys by which the calls of a source are limited together with other processes. */
export function limitKeyOf(config: Config, id: 'coinmarketcap' | 'backed' | 'defillama') {
  const urls = {
    coinmarketcap: config.coinmarketcap.baseUrl,
    backed: config.backed.baseUrl ?? 'https://api.xstocks.fi',
    defillama: config.defillama.baseUrl ?? 'https://coins.llama.fi',
  }
  const apiKey = id === 'backed' ? null : config[id].apiKey
  return { apiKey, baseUrl: urls[id], rate: config[id].rate }
}
