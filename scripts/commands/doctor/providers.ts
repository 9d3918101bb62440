import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import { count } from '../../cli/plan-text.ts'
import { backedOf, coinmarketcapOf, defillamaOf } from '../../wiring/price-sources.ts'
import { alliumOf, coingeckoOf } from '../../wiring/providers.ts'
import { TokenBook } from '../../wiring/token-book.ts'
import { fail, ok, warn, type Finding } from './check.ts'
import { checkClock } from './local.ts'

/** Short enough that all checks together end within ten seconds; a provider that is that slow is reported. */
export const PROBE: HttpTuning = {
  limits: { connectMs: 3_000, headersMs: 5_000, totalMs: 6_000 },
  retry: { retries: 0, rateLimitPatienceMs: 0, rateLimitMs: 0 },
  retryAfterCapMs: 0,
}

/** Whether CoinGecko answers, takes the key, has calls left this month, and agrees about the time. */
export async function checkCoingecko(config: Config, used: number, signal: AbortSignal): Promise<Finding[]> {
  const name = 'CoinGecko answers'
  const { plan, monthCredits } = config.coingecko
  try {
    const client = coingeckoOf(config, 0, PROBE)
    const probe = await client.probe(signal)
    client.close()
    const left = probe.creditsLeft ?? (monthCredits === null ? null : monthCredits - used)
    const quota = left === null ? 'no monthly limit' : `${count(left, 'call')} left this month`
    const findings = [checkClock(Date.now() - probe.at, probe.at)]
    if (left !== null && left <= 0) {
      const fix = 'Wait for the next month, or raise COINGECKO_MONTH_CREDITS if the plan has more.'
      return [fail(name, `${probe.host}, plan ${plan}, ${quota}`, fix), ...findings]
    }
    return [ok(name, `${probe.host}, plan ${plan}, ${quota}`), ...findings]
  } catch (error) {
    return [providerTrouble(name, error)]
  }
}

/** Whether Allium answers and takes the key, where there is one. */
export async function checkAllium(config: Config, signal: AbortSignal): Promise<Finding[]> {
  const name = 'Allium answers'
  const client = alliumOf(config, new TokenBook(), new Set(), PROBE)
  if (client === null)
    return [ok(name, 'not configured: wallets are read from their chains (ALLIUM_API_KEY)')]
  try {
    const { host, chains } = await client.probe(signal)
    return [ok(name, `${host}, key accepted, ${count(chains.length, 'chain')}`)]
  } catch (error) {
    return [providerTrouble(name, error)]
  } finally {
    client.close()
  }
}

/** Each further source of prices that is configured: whether it answers and, where it has one, takes the key. */
export async function checkPriceSources(config: Config, signal: AbortSignal): Promise<Finding[]> {
  const named = (id: string) => config.priceSources.includes(id)
  const nothing = () => ({ places: [], symbol: null, name: null })
  const cmc = named('coinmarketcap') ? coinmarketcapOf(config, nothing, 0, PROBE) : null
  const stocks = named('backed') ? backedOf(config, nothing, PROBE) : null
  const llama = named('defillama') ? defillamaOf(config, PROBE) : null
  const found = await Promise.all([
    trying('CoinMarketCap answers', cmc, signal, ({ host, creditsLeft }) =>
      creditsLeft === null
        ? `${host}, key accepted`
        : `${host}, ${count(creditsLeft, 'credit')} left this month`,
    ),
    trying('Backed answers', stocks, signal, ({ host }) => `${host}, no key needed`),
    trying('DefiLlama answers', llama, signal, ({ host }) =>
      config.defillama.apiKey === null ? `${host}, no key needed` : `${host}, key accepted`,
    ),
  ])
  return found.flat()
}

type Probed<T> = { probe(signal: AbortSignal): Promise<T>; close(): void }

async function trying<T>(
  name: string,
  client: Probed<T> | null,
  signal: AbortSignal,
  words: (probe: T) => string,
): Promise<Finding[]> {
  if (client === null) return []
  try {
    return [ok(name, words(await client.probe(signal)))]
  } catch (error) {
    return [providerTrouble(name, error)]
  } finally {
    client.close()
  }
}

/** A refused key is a fault to mend here; a provider that does not answer may be back in a minute. */
function providerTrouble(name: string, error: unknown): Finding {
  if (!(error instanceof TidemarkError)) throw error
  const isOurs = error.code === 'CREDENTIAL_REFUSED' || error.code === 'CREDENTIAL_MISSING'
  return (isOurs ? fail : warn)(name, error.message, error.fix)
}
