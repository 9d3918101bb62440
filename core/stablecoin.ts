import type { AssetId } from './asset.ts'

/** Coins that are meant to be worth one unit of a currency, by CoinGecko id: the large ones. */
const STABLECOINS: ReadonlySet<string> = new Set([
  'tether',
  'usd-coin',
  'dai',
  'usds',
  'ethena-usde',
  'first-digital-usd',
  'paypal-usd',
  'ripple-usd',
  'usd1-wlfi',
  'usdtb',
  'falcon-finance',
  'global-dollar',
  'true-usd',
  'frax',
  'frax-usd',
  'usdd',
  'usdx-money-usdx',
  'gho',
  'crvusd',
  'liquity-usd',
  'liquity-bold',
  'gemini-dollar',
  'paxos-standard',
  'binance-usd',
  'nusd',
  'usdb',
  'usdt0',
  'euro-coin',
  'stasis-eurs',
  'societe-generale-forge-eurcv',
  'binance-peg-busd',
  'bridged-usdc-polygon-pos-bridge',
  'binance-bridged-usdt-bnb-smart-chain',
  'binance-peg-dai',
])

/** Whether an asset is meant to keep the price of a currency. */
export function isStablecoin(asset: AssetId): boolean {
  return STABLECOINS.has(asset)
}
