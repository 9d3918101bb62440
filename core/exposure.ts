import type { AssetId } from './asset.ts'

/** Assets that stand for another one, by the asset whose price they follow: wrapped, bridged or staked forms of it. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  ethereum: [
    'weth',
    'staked-ether',
    'wrapped-steth',
    'rocket-pool-eth',
    'coinbase-wrapped-staked-eth',
    'frax-ether',
    'staked-frax-ether',
    'mantle-staked-ether',
    'wrapped-eeth',
    'ether-fi-staked-eth',
    'kelp-dao-restaked-eth',
    'renzo-restaked-eth',
  ],
  bitcoin: ['wrapped-bitcoin', 'coinbase-wrapped-btc', 'tbtc', 'binance-bitcoin', 'lombard-staked-btc'],
  binancecoin: ['wbnb'],
  'polygon-ecosystem-token': ['wmatic', 'matic-network'],
  'avalanche-2': ['wrapped-avax', 'benqi-liquid-staked-avax'],
  xdai: ['wrapped-xdai'],
  solana: ['wrapped-solana', 'msol', 'jito-staked-sol'],
  fantom: ['wrapped-fantom'],
  'usd-coin': [
    'usd-coin-ethereum-bridged',
    'bridged-usdc-polygon-pos-bridge',
    'bridged-usd-coin-optimism',
    'bridged-usd-coin-base',
    'binance-bridged-usdc-bnb-smart-chain',
  ],
  tether: ['binance-bridged-usdt-bnb-smart-chain', 'usdt0'],
}
const EXPOSURE: ReadonlyMap<string, string> = new Map(
  Object.entries(FORMS).flatMap(([asset, forms]) => forms.map((form) => [form, asset] as const)),
)

/**
 * What an asset exposes its holder to: wrapped ether is ether. It is priced as itself all the same, since a form may
 * lose its peg, or be worth more of the asset by the day.
 */
export function exposureOf(asset: AssetId): AssetId {
  return (EXPOSURE.get(asset) ?? asset) as AssetId
}
