import { assetClass, type AssetId } from './asset.ts'
import { exposureOf } from './exposure.ts'
import { isStablecoin } from './stablecoin.ts'

/** What kind of thing an asset is, for sums by category. `cash` is money itself, `other` what none of these names. */
export const CATEGORIES = ['cash', 'stablecoin', 'native', 'wrapped', 'stock token', 'LP', 'other'] as const
export type Category = (typeof CATEGORIES)[number]

/** Coins that chains pay with, by CoinGecko id: those of the usual EVM chains, and the large ones of others. */
const COINS: ReadonlySet<string> = new Set([
  ...[
    'ethereum',
    'binancecoin',
    'polygon-ecosystem-token',
    'matic-network',
    'avalanche-2',
    'xdai',
    'celo',
    'fantom',
  ],
  ...['sonic-3', 'hyperliquid', 'moonbeam', 'mantle', 'crypto-com-chain', 'berachain-bera'],
  ...[
    'bitcoin',
    'bitcoin-cash',
    'litecoin',
    'dogecoin',
    'monero',
    'zcash',
    'dash',
    'ethereum-classic',
    'kaspa',
  ],
  ...['solana', 'ripple', 'cardano', 'tron', 'stellar', 'polkadot', 'kusama', 'cosmos', 'near', 'algorand'],
  ...[
    'the-open-network',
    'sui',
    'aptos',
    'hedera-hashgraph',
    'internet-computer',
    'filecoin',
    'vechain',
    'tezos',
  ],
  ...[
    'injective-protocol',
    'celestia',
    'sei-network',
    'flow',
    'elrond-erd-2',
    'eos',
    'neo',
    'iota',
    'thorchain',
  ],
])

/** Symbols that pools give their shares: Uniswap v2 and its forks, Balancer, Curve. */
const POOL_SHARE = /^(?:UNI-V2|SLP|Cake-LP|.*-LP|.*\bLP|B-\w+|\w+(?:crv|CRV)-f|[vs]AMM-.*)$/

/**
 * The category of an asset.
 * @param symbol as its contract has it, empty where unknown: it tells shares of pools, which no provider has an id for
 */
export function categoryOf(asset: AssetId, symbol = ''): Category {
  if (asset.startsWith('fiat:')) return 'cash'
  if (assetClass(asset) === 'stock') return 'stock token'
  if (isStablecoin(asset) || isStablecoin(exposureOf(asset))) return 'stablecoin'
  if (exposureOf(asset) !== asset) return 'wrapped'
  if (COINS.has(asset) || /\/slip44:\d+$/.test(asset)) return 'native'
  return asset.includes('/') && POOL_SHARE.test(symbol) ? 'LP' : 'other'
}
