import { readEnvFile } from './env-file.ts'
import type { Origin } from './config.ts'
import { nameFault } from './names.ts'
import { rpcVariable } from './rpc-urls.ts'
import { readSecretFile } from './secret-file.ts'
import { SETTING_NAMES, SETTINGS, type SettingName } from './settings.ts'

type Env = Readonly<Record<string, string | undefined>>
type Layer = { readonly origin: 'flag' | 'environment' | '.env'; readonly values: Env }

/** The text of one setting, before it is read, and where it was found. */
export type Found = {
  readonly text: string
  readonly origin: Origin
  /** How a fault names the place: `--data-dir`, `COINGECKO_API_KEY in .env`. */
  readonly place: string
}
export type Gathered = {
  /** By the name of the setting, or of the variable that names endpoints of a chain. */
  readonly found: ReadonlyMap<string, Found>
  readonly faults: readonly string[]
}

/** Finds the text of every setting: flags over environment over `.env`; the first that has it decides. */
export function gather(flags: Env, env: Env, envText: string | null): Gathered {
  const file = envText === null ? { values: {}, faults: [] } : readEnvFile(envText)
  const faults = [...file.faults]
  const layers: Layer[] = [
    { origin: 'flag', values: flags },
    { origin: 'environment', values: env },
    { origin: '.env', values: file.values },
  ]
  for (const layer of layers) {
    for (const name of Object.keys(layer.values).sort()) {
      const fault = nameFault(name, layer.origin)
      if (fault !== null) faults.push(layer.origin === '.env' ? `.env: ${fault}` : fault)
    }
  }
  const found = new Map<string, Found>()
  for (const name of [...SETTING_NAMES, ...rpcNames(layers)]) {
    const layer = layers.find(({ values }) => has(values, name))
    if (layer !== undefined) find(name, layer, found, faults)
  }
  return { found, faults }
}

/** Endpoints of chains: which variables there are, only the layers know. */
function rpcNames(layers: readonly Layer[]): Set<string> {
  const names = layers
    .flatMap(({ values }) => Object.keys(values))
    .filter((name) => rpcVariable(name) !== null)
  return new Set(names.map((name) => name.replace(/_FILE$/, '')).sort())
}

/** Whether a variable holds what may not be shown. */
export function isSecret(name: string): boolean {
  return rpcVariable(name) !== null || SETTINGS[name as SettingName].secret
}

function has(values: Env, name: string): boolean {
  return values[name] !== undefined || (isSecret(name) && values[`${name}_FILE`] !== undefined)
}

function find(name: string, layer: Layer, found: Map<string, Found>, faults: string[]): void {
  const { origin, values } = layer
  const text = values[name]
  const place = placeOf(name, origin)
  if (isSecret(name)) {
    if (origin === 'flag') {
      // Flags are seen by every user of the machine (ps) and kept in the shell's history.
      faults.push(
        `${name} may not be given as a flag: set ${name} or ${name}_FILE in the environment or .env`,
      )
      return
    }
    const path = values[`${name}_FILE`]
    if (path !== undefined) {
      const filePlace = placeOf(`${name}_FILE`, origin)
      if (text !== undefined) faults.push(`${place} and ${name}_FILE are both set: take one of them out`)
      else fromFile(name, path, filePlace, found, faults)
      return
    }
  }
  if (text === undefined) return
  if (text.trim() === '') faults.push(`${place} is empty: give it a value or take it out`)
  else found.set(name, { text: text.trim(), origin, place })
}

function fromFile(
  name: string,
  path: string,
  place: string,
  found: Map<string, Found>,
  faults: string[],
): void {
  if (path === '') {
    faults.push(`${place} is empty: give it a path or take it out`)
    return
  }
  const reading = readSecretFile(path)
  if (reading.fault !== null) faults.push(`${place} ${reading.fault}`)
  else if (reading.value === '') faults.push(`${place} names an empty file: put the key into it`)
  else found.set(name, { text: reading.value, origin: 'file', place })
}

function placeOf(name: string, origin: Layer['origin']): string {
  if (origin === '.env') return `${name} in .env`
  return origin === 'flag' ? (SETTINGS[name as SettingName]?.flag ?? name) : name
}
