import { DAY_MS, formatTime } from '#core/hour.ts'
import type { AssetId, Quote } from '#core/asset.ts'
import { MANUAL_WALLET, type Portfolio } from '#core/portfolio.ts'
import type { Market } from '../../simulator/market.ts'
import { syntheticMarket } from '../../simulator/synthetic.ts'
import { inventedWallet } from '../../simulator/wallet.ts'

const SEED = 20_260_101
const WALLET = `0x${'d'.repeat(40)}`

// Fixed, not relative to now: what was invented yesterday is the same today.
const WALLET_SINCE = Date.UTC(2026, 0, 5)
const SAVINGS_SINCE = Date.UTC(2026, 5, 1, 9, 30)

/** The market and the wallet that the demo's server serves. */
export function demoMarket(now: number): Market {
  const wallet = inventedWallet({
    address: WALLET,
    seed: SEED,
    from: WALLET_SINCE,
    to: now,
    everyHours: 60,
  })
  return syntheticMarket({ seed: SEED, wallets: [wallet] })
}

/** The portfolio that the demo values: something by hand, a wallet, and a savings plan in a flows file. */
export function demoPortfolio(owner: string, flowsFile: string): Portfolio {
  const held = (asset: string, quantity: string) => ({
    asset: asset as AssetId,
    quantity,
    unitCost: null,
    since: null,
  })
  return {
    owner,
    name: 'demo (invented data)',
    baseCurrency: 'usd' as Quote,
    wallets: [{ address: WALLET, label: 'hot', chains: ['ethereum'] }],
    holdings: [held('solana', '42'), held('chainlink', '310'), held('dogecoin', '-12000')],
    flowsFile,
  }
}

/** A savings plan: bitcoin for about 500 dollars every Monday, in the format of flows.csv. */
export function demoFlows(market: Market, now: number): string {
  const rows = ['time,asset,quantity,kind,unit_price,fee,wallet,tx,note']
  for (let time = SAVINGS_SINCE, week = 1; time < now; time += 7 * DAY_MS, week++) {
    const price = market.priceAt('bitcoin', time)
    if (price === null) continue
    const quantity = (500 / price).toFixed(6)
    rows.push(
      `${formatTime(time)},bitcoin,${quantity},buy,${price.toFixed(2)},1.50,${MANUAL_WALLET},plan-${week},savings plan`,
    )
  }
  return `${rows.join('\n')}\n`
}
