import type { Market } from '#scripts/simulator/market.ts'
import { startSimulator, type SimulatorOptions } from '#scripts/simulator/server.ts'
import { nowAfter } from './steady.ts'

const KEY = 'CG-steady'

/** A CoinGecko of a test's own: what the program needs to be told of it, and what came in. */
export type Gecko = {
  readonly env: Readonly<Record<string, string>>
  /** When the program first asked for something. */
  readonly firstCall: Promise<void>
  /** Paths of the calls so far, that of one still unanswered too. */
  readonly calls: () => readonly string[]
}
type GeckoOptions = { readonly market: Market } & Pick<SimulatorOptions, 'intercept' | 'now'>

/** Runs `work` beside a simulated CoinGecko whose clock stands right after a steady market's range. */
export async function withGecko<T>(options: GeckoOptions, work: (gecko: Gecko) => Promise<T>): Promise<T> {
  const { market, now = nowAfter(), intercept } = options
  const calls: string[] = []
  let called: () => void
  const firstCall = new Promise<void>((resolve) => (called = resolve))
  const simulator = await startSimulator({
    market,
    now,
    coingecko: { plan: 'pro', apiKey: KEY },
    intercept: (ask, request, response) => {
      calls.push(ask.path)
      called()
      return intercept?.(ask, request, response) ?? false
    },
  })
  const env = {
    COINGECKO_PLAN: 'pro',
    COINGECKO_API_KEY: KEY,
    COINGECKO_BASE_URL: simulator.coingeckoUrl,
    COINGECKO_RATE: '10000',
  }
  try {
    return await work({ env, firstCall, calls: () => calls })
  } finally {
    await simulator.close()
  }
}
