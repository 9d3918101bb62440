import { homedir } from 'node:os'
import { TidemarkError } from '#core/errors.ts'
import type { Config, Origin } from './config.ts'
import { assemble } from './assemble.ts'
import { gather, isSecret, type Found } from './gather.ts'
import { rpcUrls, rpcVariable } from './rpc-urls.ts'
import { SETTING_NAMES, SETTINGS, type SettingName, type Values } from './settings.ts'

export type ConfigInput = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of the `.env` in the working directory, or null where there is none. */
  readonly envFile: string | null
  /** Values given as flags, by the name of their setting. */
  readonly flags?: { readonly [K in SettingName]?: string | undefined }
  /** What relative paths start from; the working directory by default. */
  readonly cwd?: string
}

/**
 * Reads the configuration: flags over environment over `.env` over defaults.
 * @throws TidemarkError CONFIG_INVALID with every fault found, each with its variable, its value (secrets masked) and
 *   the remedy
 */
export function loadConfig(input: ConfigInput): Config {
  const { found, faults: placeFaults } = gather(input.flags ?? {}, input.env, input.envFile)
  const faults = [...placeFaults]
  const place = { cwd: input.cwd ?? process.cwd(), home: input.env['HOME'] || homedir() }
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  for (const name of SETTING_NAMES) {
    const at = found.get(name)
    origins[name] = at?.origin ?? 'default'
    values[name] = null
    if (at === undefined) continue
    const reading = SETTINGS[name].read(at.text, place)
    if (reading.fault === null) values[name] = reading.value
    else faults.push(`${at.place} ${reading.fault}`)
  }
  const urls = readEndpoints(found, origins, faults)
  const assembled = assemble(values as Values, urls, input.env, origins)
  faults.push(...assembled.faults.filter(({ about }) => isRead(about, found, values)).map(({ text }) => text))
  if (faults.length > 0) throw configError(faults, found)
  return deepFreeze(assembled.config)
}

/** Endpoints by chain; the name of this project wins over those of other tools, wherever they stand. */
function readEndpoints(
  found: ReadonlyMap<string, Found>,
  origins: Record<string, Origin>,
  faults: string[],
): ReadonlyMap<number, readonly string[]> {
  const urls = new Map<number, readonly string[]>()
  const named = [...found].flatMap(([name, at]) => {
    const variable = rpcVariable(name)
    return variable === null ? [] : [{ ...variable, at }]
  })
  for (const { chainId, at } of named.sort((a, b) => Number(a.alias) - Number(b.alias))) {
    const reading = rpcUrls(at.text)
    if (reading.fault !== null) faults.push(`${at.place} ${reading.fault}`)
    else if (!urls.has(chainId)) {
      urls.set(chainId, reading.value)
      origins[`RPC_URL_${chainId}`] = at.origin
    }
  }
  return urls
}

/** A fault of how settings go together is said only when each of them could be read. */
function isRead(
  about: SettingName,
  found: ReadonlyMap<string, Found>,
  values: Record<string, unknown>,
): boolean {
  return !found.has(about) || values[about] !== null
}

function configError(faults: readonly string[], found: ReadonlyMap<string, Found>): TidemarkError {
  // A key pasted into the wrong variable too would be quoted as that variable's value.
  const secrets = [...found].flatMap(([name, { text }]) => (isSecret(name) ? [text] : []))
  const masked = faults.map((fault) =>
    secrets.reduce((text, secret) => text.replaceAll(secret, '***'), fault.replace(KEY_LIKE, '***')),
  )
  const count = masked.length === 1 ? 'One setting is' : `${masked.length} settings are`
  return new TidemarkError('CONFIG_INVALID', {
    message: `${count} wrong; nothing was read or called.`,
    faults: masked,
    fix: 'Correct what is named, in the environment or in .env; .env.example shows every setting.',
  })
}

/** What CoinGecko's keys look like. */
const KEY_LIKE = /CG-[A-Za-z0-9]{16,}/g

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
