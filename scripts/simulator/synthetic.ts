import { HOUR_MS } from '#core/hour.ts'
import type { Market, MarketCoin, Point, SimulatedWallet } from './market.ts'
import { seedOf, uniform } from './random.ts'

type Row = readonly [id: string, symbol: string, name: string, price: number, supply: number, hourly: number]
// Familiar ids, so that commands read as they will later; prices are invented, in the size of real ones.
// `hourly` is the spread of an hour's change; real coins have 0.4 to 1 %, stablecoins hardly any.
const COINS: readonly Row[] = [
  ['bitcoin', 'btc', 'Bitcoin', 96_000, 19.9e6, 0.0042],
  ['ethereum', 'eth', 'Ethereum', 3_400, 120.6e6, 0.0056],
  ['tether', 'usdt', 'Tether', 1, 140e9, 0.00006],
  ['ripple', 'xrp', 'XRP', 2.2, 57e9, 0.0075],
  ['binancecoin', 'bnb', 'BNB', 690, 146e6, 0.005],
  ['solana', 'sol', 'Solana', 190, 480e6, 0.0078],
  ['usd-coin', 'usdc', 'USDC', 1, 43e9, 0.00004],
  ['dogecoin', 'doge', 'Dogecoin', 0.32, 147e9, 0.0088],
  ['cardano', 'ada', 'Cardano', 0.92, 35e9, 0.0074],
  ['tron', 'trx', 'TRON', 0.25, 86e9, 0.0045],
  ['avalanche-2', 'avax', 'Avalanche', 37, 410e6, 0.008],
  ['chainlink', 'link', 'Chainlink', 22, 638e6, 0.008],
]
const CONTRACTS: Readonly<Record<string, { platforms: Record<string, string>; decimals: number }>> = {
  tether: { platforms: { ethereum: '0xdac17f958d2ee523a2206206994597c13d831ec7' }, decimals: 6 },
  'usd-coin': {
    platforms: {
      ethereum: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
      base: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
    },
    decimals: 6,
  },
  chainlink: { platforms: { ethereum: '0x514910771af9ca656af840dff83e8264ecf986ca' }, decimals: 18 },
}
const STABLE: ReadonlySet<string> = new Set(['tether', 'usd-coin'])
const LATE_MS = 5 * 60_000
const EMPTY_SHARE = 0.004
// Waves of 1 h, 2 h, 4 h … a year: the longer the wave, the higher, as in a random walk; but any hour is found at once.
const OCTAVES = 14

/**
 * An invented market: the same seed gives the same prices at the same times, whatever range is asked for. Points fall
 * 0 to 5 minutes after the hour and a few hours have none, as with the real provider.
 */
export function syntheticMarket(options: { seed: number; wallets?: readonly SimulatedWallet[] }): Market {
  const { seed } = options
  const rows = new Map(COINS.map((row) => [row[0], row]))

  function priceAt(id: string, time: number): number | null {
    const row = rows.get(id)
    if (row === undefined || time < 0) return null
    const [, , , price, , spread] = row
    const waves = STABLE.has(id) ? 4 : OCTAVES
    const level = walk(seed ^ seedOf(id), time / HOUR_MS, waves) * spread
    return Number((price * Math.exp(level)).toPrecision(10))
  }

  function points(id: string, from: number, to: number): Point[] {
    const own = seed ^ seedOf(id)
    const found: Point[] = []
    for (let hour = Math.floor(from / HOUR_MS); hour * HOUR_MS <= to; hour++) {
      if (uniform(own, hour, 1) < EMPTY_SHARE) continue
      const time = hour * HOUR_MS + Math.floor(uniform(own, hour, 2) * LATE_MS)
      const price = time < from || time > to ? null : priceAt(id, time)
      if (price !== null) found.push([time, price])
    }
    return found
  }

  function rate(quote: string, time: number): number | null {
    if (quote === 'usd') return 1
    if (quote === 'eur') return 0.92 * Math.exp(walk(seed ^ seedOf('eur'), time / HOUR_MS, OCTAVES) * 0.0006)
    const coin = COINS.find((row) => row[1] === quote)
    const price = coin ? priceAt(coin[0], time) : null
    return price === null ? null : 1 / price
  }

  return { coins: COINS.map(coinOf), points, priceAt, rate, wallets: options.wallets ?? [] }
}

function coinOf([id, symbol, name, , supply]: Row): MarketCoin {
  const { platforms, decimals } = CONTRACTS[id] ?? { platforms: {}, decimals: 18 }
  return { id, symbol, name: `${name} (invented)`, supply, platforms, decimals }
}

/** A smooth random walk in units of one hour's spread. */
function walk(seed: number, hours: number, octaves: number): number {
  let level = 0
  for (let octave = 0; octave < octaves; octave++) {
    const period = 2 ** octave
    level += wave(seed, octave, hours / period) * Math.sqrt(period)
  }
  return level
}

function wave(seed: number, octave: number, at: number): number {
  const index = Math.floor(at)
  const part = at - index
  const left = uniform(seed, octave, index) * 2 - 1
  const right = uniform(seed, octave, index + 1) * 2 - 1
  return left + (right - left) * part * part * (3 - 2 * part)
}
