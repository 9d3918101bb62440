import type { Config, Origin } from './config.ts'
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
  return SETTING_NAMES.map((name) => {
    const { secret, print, description } = SETTINGS[name]
    const origin = config.origins[name] ?? 'default'
    const value = print(config)
    return { name, value: secret ? secretText(value, origin) : value, origin, description }
  })
}

function secretText(value: string | null, origin: Origin): string | null {
  if (value !== null) return '********'
  return origin === 'default' ? null : '******** (not used with this plan)'
}
