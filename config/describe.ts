import type { Config, Origin } from './config.ts'
import { RPC_URL, rpcHosts } from './rpc-urls.ts'
import { SETTING_NAMES, SETTINGS } from './settings.ts'

export type ConfigRow = {
  readonly name: string
  /** As printed: secrets and what stands before the host of a URL masked; null where there is none. */
  readonly value: string | null
  readonly origin: Origin
  readonly description: string
}

/** Every setting with the value in force and where it comes from, in the order of the settings. */
export function describeConfig(config: Config): ConfigRow[] {
  return SETTING_NAMES.flatMap((name) => {
    const { secret, print, description } = SETTINGS[name]
    const origin = config.origins[name] ?? 'default'
    const value = print(config)
    const row = { name, value: secret ? secretText(value, origin) : value, origin, description }
    return name === RPC_URL.before ? [...endpoints(config), row] : [row]
  })
}

function endpoints({ rpc, origins }: Config): ConfigRow[] {
  const { description } = RPC_URL
  if (rpc.urls.size === 0) return [{ name: RPC_URL.name, value: null, origin: 'default', description }]
  return [...rpc.urls].map(([chainId, urls]) => {
    const name = `RPC_URL_${chainId}`
    return { name, value: rpcHosts(urls), origin: origins[name] ?? 'default', description }
  })
}

function secretText(value: string | null, origin: Origin): string | null {
  if (value !== null) return '********'
  return origin === 'default' ? null : '******** (not used with this plan)'
}
