import type { Config } from '#config/config.ts'
import type { ConfiguredProvider } from '#delivery/api/types.ts'
import { scrub } from '../cli/secrets.ts'
import { limitKeyOf } from './price-sources.ts'

const MORE = ['coinmarketcap', 'backed', 'defillama'] as const

/** Every source that a run would ask, in the order of the settings, and the nodes of chains. */
export function configuredProviders(config: Config): ConfiguredProvider[] {
  const { coingecko, allium, coinmarketcap, priceSources, rpc } = config
  const named = MORE.filter((id) => priceSources.includes(id))
  const asked = named.filter((id) => id !== 'coinmarketcap' || coinmarketcap.apiKey !== null)
  return [
    row('coingecko', coingecko.baseUrl, coingecko.rate, coingecko.monthCredits),
    ...(allium.apiKey === null ? [] : [row('allium', allium.baseUrl, allium.rate, null)]),
    ...asked.map((id) => {
      const { baseUrl, rate } = limitKeyOf(config, id)
      return row(id, baseUrl, rate, id === 'coinmarketcap' ? coinmarketcap.monthCredits : null)
    }),
    ...[...rpc.urls].flatMap(([chain, urls]) =>
      urls.map((url) => row(`rpc:${chain}`, url, rpc.rate === null ? null : rpc.rate * 60, null)),
    ),
  ]
}

/** Of an address the host alone: keys stand in its path, its query and before the `@`. */
function row(
  provider: string,
  url: string,
  perMinute: number | null,
  monthCredits: number | null,
): ConfiguredProvider {
  return { provider, host: scrub(new URL(url).host), perMinute, monthCredits }
}
