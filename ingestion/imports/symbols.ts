import { isFiatCode, parseAsset, type AssetId } from '#core/asset.ts'
import { visible } from '#core/reading.ts'
import { regexpOf } from './template.ts'

/** CoinGecko ids of symbols that nobody means anything else by. */
const TOP: Readonly<Record<string, string>> = {
  BTC: 'bitcoin',
  XBT: 'bitcoin',
  ETH: 'ethereum',
  USDT: 'tether',
  USDC: 'usd-coin',
  BNB: 'binancecoin',
  XRP: 'ripple',
  SOL: 'solana',
  ADA: 'cardano',
  DOGE: 'dogecoin',
  TRX: 'tron',
  DOT: 'polkadot',
  LTC: 'litecoin',
  BCH: 'bitcoin-cash',
  LINK: 'chainlink',
  XLM: 'stellar',
  XMR: 'monero',
  ETC: 'ethereum-classic',
  ATOM: 'cosmos',
  UNI: 'uniswap',
  AVAX: 'avalanche-2',
  SHIB: 'shiba-inu',
  DAI: 'dai',
  WBTC: 'wrapped-bitcoin',
  WETH: 'weth',
  STETH: 'staked-ether',
  TON: 'the-open-network',
  NEAR: 'near',
  ALGO: 'algorand',
  FIL: 'filecoin',
  ICP: 'internet-computer',
  AAVE: 'aave',
  MKR: 'maker',
  SNX: 'havven',
  CRV: 'curve-dao-token',
  COMP: 'compound-governance-token',
  YFI: 'yearn-finance',
  SUSHI: 'sushi',
  MATIC: 'matic-network',
  POL: 'polygon-ecosystem-token',
  OP: 'optimism',
  ARB: 'arbitrum',
  LDO: 'lido-dao',
  ENS: 'ethereum-name-service',
  RPL: 'rocket-pool',
  GRT: 'the-graph',
  BAT: 'basic-attention-token',
  ZEC: 'zcash',
  DASH: 'dash',
  XTZ: 'tezos',
  EOS: 'eos',
  KSM: 'kusama',
  HBAR: 'hedera-hashgraph',
  TUSD: 'true-usd',
  BUSD: 'binance-usd',
}
const MOST_REMEMBERED = 100_000

export type AssetSources = {
  /** Of the mapping and of `--assets`: symbol to asset id. */
  readonly own: Readonly<Record<string, string>>
  /** The asset of a symbol or CAIP-19 id in the store's lists, null where there is none or more than one. */
  readonly known: (text: string) => AssetId | null
  readonly cut?: string | undefined
}

/** What a file's symbols stand for; those that nobody knows are kept as `symbol:NAME` and counted. */
export class AssetBook {
  /** Symbols that became `symbol:NAME`, each with how often it came. */
  readonly unknown = new Map<string, number>()
  private readonly own: ReadonlyMap<string, string>
  private readonly sources: AssetSources
  private readonly cut: RegExp | null
  private readonly found = new Map<string, string>()

  constructor(sources: AssetSources) {
    this.sources = sources
    this.own = new Map(
      Object.entries(sources.own).map(([symbol, id]) => [symbol.toLowerCase(), parseAsset(id) ?? id]),
    )
    this.cut = sources.cut === undefined ? null : regexpOf(sources.cut, '')
  }

  /** The asset id of a symbol, as a row of a flows file has it; one that a mapping gives wrong is found there. */
  resolve(symbol: string): string {
    const before = this.found.get(symbol)
    const asset = before ?? this.look(symbol)
    if (before === undefined) {
      if (this.found.size >= MOST_REMEMBERED) this.found.clear()
      this.found.set(symbol, asset)
    }
    if (asset.startsWith('symbol:')) this.unknown.set(symbol, (this.unknown.get(symbol) ?? 0) + 1)
    return asset
  }

  private look(text: string): string {
    const mapped = this.own.get(text.toLowerCase())
    if (mapped !== undefined) return mapped
    if (text.startsWith('id:')) return text.slice(3)
    const symbol = this.cut === null ? text : text.replace(this.cut, '')
    if (symbol !== text) return this.look(symbol)
    const top = TOP[symbol.toUpperCase()]
    if (top !== undefined) return top
    if (symbol.length <= 8 && isFiatCode(symbol)) return `fiat:${symbol.toLowerCase()}`
    const known = this.sources.known(symbol)
    if (known !== null) return known
    if (symbol.includes(':') && symbol.includes('/')) return parseAsset(symbol) ?? `symbol:${nameOf(symbol)}`
    return symbol === '' ? '' : `symbol:${nameOf(symbol)}`
  }
}

const nameOf = (symbol: string): string => visible(symbol).slice(0, 100).trim()
