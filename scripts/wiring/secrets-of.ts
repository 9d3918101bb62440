import type { Config } from '#config/config.ts'
import { urlSecrets } from '#core/url-secrets.ts'
import { rememberSecret } from '../cli/secrets.ts'

/** Keeps every secret of a configuration out of whatever is printed from now on. */
export function rememberSecrets(config: Config): void {
  const { coingecko, allium, coinmarketcap, backed, defillama, influx } = config
  for (const { apiKey } of [coingecko, allium, coinmarketcap, defillama]) rememberSecret(apiKey ?? '')
  rememberSecret(influx.token ?? '')
  rememberSecret(config.authSecret ?? '')
  const urls = [
    coingecko.baseUrl,
    allium.baseUrl,
    coinmarketcap.baseUrl,
    backed.baseUrl,
    defillama.baseUrl,
    config.mongodbUri,
    influx.url,
    config.redisUrl,
  ]
  for (const url of [...config.rpc.urls.values()].flat()) urlSecrets(url).forEach(rememberSecret)
  for (const url of urls) for (const password of passwordsOf(url ?? '')) rememberSecret(password)
}

/** What stands between the user and the host of an address, as written and decoded. */
export function passwordsOf(url: string): string[] {
  const written = /^[a-z0-9+.-]+:\/\/[^/@]*?:([^/]*)@/i.exec(url)?.[1]
  if (written === undefined || written === '') return []
  try {
    return [...new Set([written, decodeURIComponent(written)])]
  } catch {
    return [written]
  }
}
