import { resolve } from 'node:path'
import { STORAGES, type Config, type Storage } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { TidemarkError } from '#core/errors.ts'
import type { StoreOptions } from '#storage/open.ts'
import { readText } from './config.ts'
import { rememberSecrets } from './secrets-of.ts'
import { storeOptions } from './store.ts'

export type NamedStore = {
  /** As it is shown: no password in it. */
  readonly name: string
  readonly kind: Storage
  readonly options: StoreOptions
}

/**
 * A store as the command line names it: its kind, and behind a colon where else than the settings say it lies: the file
 * of an embedded store, or for servers a file of settings like `.env` (an address on the command line would show its
 * password to everyone on the machine).
 * @throws TidemarkError USAGE for another kind, CONFIG_INVALID for settings that are missing or wrong
 */
export function namedStore(text: string, config: Config): NamedStore {
  const colon = text.indexOf(':')
  const [kind, place] = colon < 0 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)]
  const known = STORAGES.find((storage) => storage === kind)
  if (known === undefined || place === '') {
    throw new TidemarkError('USAGE', {
      message: `${JSON.stringify(text)} names no store.`,
      fix: `Use ${STORAGES.join(', ')}, or with a place behind a colon: embedded:FILE, mongodb:SETTINGS-FILE.`,
    })
  }
  if (known === 'embedded' && place !== null)
    return { name: text, kind: known, options: { kind: known, file: resolve(place) } }
  const settings = place === null ? config : configOf(place, known)
  return { name: text, kind: known, options: storeOptions({ ...withKind(settings, known) }) }
}

/** The configuration with another kind of store, refused where the settings of that kind are not there. */
function withKind(config: Config, kind: Storage): Config {
  if (config.storage === kind || kind === 'embedded') return { ...config, storage: kind }
  return loadConfig({ env: { ...process.env, STORAGE: kind }, envFile: readText('.env') })
}

function configOf(file: string, kind: Storage): Config {
  const envFile = readText(file)
  if (envFile === null) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `There is no file ${file} with the settings of ${kind}.`,
      fix: 'Name a file with lines like those of .env.example: MONGODB_URI=…',
    })
  }
  const config = loadConfig({ env: { HOME: process.env['HOME'], STORAGE: kind }, envFile })
  rememberSecrets(config)
  return config
}
