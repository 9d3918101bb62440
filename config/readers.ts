import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { parseAsset, type AssetClass, type AssetId } from '#core/asset.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { PRICE_SOURCES, WALLET_SOURCES } from './config.ts'

/**
 * Readers of single values. They are plain functions and no zod schema: importing zod takes 55 ms, half of what the
 * whole of `tidemark pnl` may take, and every variable is one line of text.
 */
export type Read<T> = (text: string, place: Place) => Reading<T>

/** What paths are relative to. */
export type Place = { readonly cwd: string; readonly home: string }

export function oneOf<const T extends string>(values: readonly T[]): Read<T> {
  return (text) => {
    const found = values.find((value) => value === text)
    return found === undefined ? faulty(`${quoted(text)} is none of ${values.join(', ')}`) : ok(found)
  }
}

export function wholeNumber(min: number, max: number): Read<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
    return value >= min && value <= max
      ? ok(value)
      : faulty(`${quoted(text)} is not a whole number from ${min} to ${max}`)
  }
}

/** A whole number, or `none` for no limit, which is Infinity here so that null stays "not set". */
export function limit(max: number): Read<number> {
  const read = wholeNumber(1, max)
  return (text, place) => {
    if (text === 'none') return ok(Infinity)
    const reading = read(text, place)
    return reading.fault === null ? reading : faulty(`${reading.fault}, or none for no limit`)
  }
}

export const path: Read<string> = (text, { cwd, home }) => {
  if (text.length > 4096 || text.includes('\0')) return faulty('is no path that a file system takes')
  return ok(text === '~' || text.startsWith('~/') ? resolve(home, text.slice(2)) : resolve(cwd, text))
}

/** A host to call: any http(s) one, the loopback included, since tests and proxies live there. */
export const baseUrl: Read<string> = (text) => {
  const needed = 'write it as https://host/path'
  if (text.length > 2000 || !URL.canParse(text)) return faulty(`is no URL: ${needed}`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return faulty(`begins with ${quoted(url.protocol)}: it has to be http: or https:`)
  }
  if (url.search !== '' || url.hash !== '') {
    return faulty(`has a query or fragment: leave out what follows the path; ${needed}`)
  }
  return ok(url.href.replace(/\/+$/, ''))
}

/** The address of a server, with the password in it: its reading quotes nothing but the scheme. */
export function serverUri(schemes: readonly string[], example: string): Read<string> {
  return (text) => {
    const scheme = /^([a-z0-9+.-]{1,20}):\/\/./.exec(text)?.[1]
    if (scheme === undefined || /\s/.test(text) || text.length > 4096)
      return faulty(`is no address: write it as ${example}`)
    if (!schemes.includes(scheme))
      return faulty(`begins with ${quoted(scheme)}: it has to be ${schemes.join(': or ')}:, as in ${example}`)
    return ok(text)
  }
}

/** A name of one line, as a server shows it. */
export const serverName: Read<string> = (text) =>
  text.length <= 200 && /^[^\s\x00-\x1f][^\x00-\x1f]*$/.test(text)
    ? ok(text)
    : faulty(`${quoted(text)} is no name: use up to 200 characters of one line`)

/** A secret: goes into a header, so it is one line without spaces. Its reading never quotes it. */
export const secret: Read<string> = (text) => {
  if (/[\r\n]/.test(text)) return faulty('has more than one line: it has to be the key alone')
  if (text.length > 4096) return faulty('is longer than 4,096 characters: it has to be the key alone')
  return /^[\x21-\x7e]+$/.test(text)
    ? ok(text)
    : faulty('has a space or a character that no key has: copy it again')
}

// What stands in examples, of ours and of others, is known to everybody who tries.
const FROM_EXAMPLE =
  /example|change.?me|replace.?me|your.?(?:\d+.?bit|secret|key)|super.?secret|^secret|password/i

/** A secret that signs: long enough, and from no example. Its reading never quotes it. */
export const signingSecret: Read<string> = (text, place) => {
  const reading = secret(text, place)
  if (reading.fault !== null) return reading
  const make = 'use what "openssl rand -base64 48" prints'
  if (text.length < 32) return faulty(`has ${text.length} bytes, and needs 32: ${make}`)
  if (FROM_EXAMPLE.test(text)) return faulty(`is from an example, which everybody knows: ${make}`)
  return new Set(text).size < 10 ? faulty(`is guessed at once: ${make}`) : ok(text)
}

export const asset: Read<AssetId> = (text) => {
  const id = parseAsset(text)
  return id === null ? faulty(`${quoted(text)} is no asset: use a CoinGecko id such as bitcoin`) : ok(id)
}

export const priceSources: Read<readonly string[]> = sourceList(PRICE_SOURCES)
export const walletSources = sourceList(WALLET_SOURCES)

/** Some of `known`, each once, best first. */
function sourceList<T extends string>(known: readonly T[]): Read<readonly T[]> {
  return (text) => {
    const names = text.split(',').map((name) => name.trim())
    const wrong = names.find((name) => !(known as readonly string[]).includes(name))
    if (wrong !== undefined)
      return faulty(`has ${quoted(wrong)}: list some of ${known.join(', ')}, best first`)
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined) return faulty(`has ${twice} twice: list each source once`)
    return ok(names as T[])
  }
}

export type CarryHours = {
  readonly classes: Readonly<Record<AssetClass, number>>
  readonly assets: Readonly<Record<string, number>>
}
export const DEFAULT_CARRY: CarryHours = {
  classes: { crypto: 3, stock: 96, fiat: 3 },
  assets: {},
}

/** `crypto=3,stock=96,tether-gold=48`: hours by class, or by asset id. */
export const carryHours: Read<CarryHours> = (text) => {
  const classes: Record<AssetClass, number> = { ...DEFAULT_CARRY.classes }
  // Without prototype, so that an asset called "constructor" is an asset.
  const assets = Object.create(null) as Record<string, number>
  if (text.length > 20_000) return faulty('is longer than 20,000 characters')
  for (const part of text.split(',')) {
    const [key = '', hours = '', more] = part.split('=').map((side) => side.trim())
    const value = /^\d{1,5}$/.test(hours) ? Number(hours) : NaN
    if (more !== undefined || !(value <= 8784)) {
      return faulty(`has ${quoted(part)}: write it as crypto=3,stock=96, in whole hours up to 8784`)
    }
    if (key === 'crypto' || key === 'stock' || key === 'fiat') classes[key] = value
    else {
      const id = parseAsset(key)
      if (id === null) return faulty(`has ${quoted(key)}: use crypto, stock, fiat or an asset id`)
      assets[id] = value
    }
  }
  return ok({ classes, assets })
}

export const DEFAULT_DISPUTE: Readonly<Record<string, number>> = { stable: 1, other: 5 }

/** `stable=1,other=5,some-token=30`: per cent for stablecoins, for everything else, or by asset id. */
export const disputePercent: Read<Readonly<Record<string, number>>> = (text) => {
  const percents = Object.assign(Object.create(null) as Record<string, number>, DEFAULT_DISPUTE)
  if (text.length > 20_000) return faulty('is longer than 20,000 characters')
  for (const part of text.split(',')) {
    const [key = '', percent = '', more] = part.split('=').map((side) => side.trim())
    const value = /^\d{1,4}(\.\d{1,4})?$/.test(percent) ? Number(percent) : NaN
    if (more !== undefined || !(value > 0)) {
      return faulty(`has ${quoted(part)}: write it as stable=1,other=5, in per cent above 0`)
    }
    const id = key === 'stable' || key === 'other' ? key : parseAsset(key)
    if (id === null) return faulty(`has ${quoted(key)}: use stable, other or an asset id`)
    percents[id] = value
  }
  return ok(percents)
}

/** A schedule that node-cron takes; it is asked only where one was set, since loading it takes time. */
export const cron: Read<string> = (text) => {
  const needed = 'use minute hour day month weekday, such as 5 * * * * for five past every hour'
  if (text.length > 200) return faulty(`is no schedule: ${needed}`)
  const { validate } = createRequire(import.meta.url)('node-cron') as { validate: (text: string) => boolean }
  return validate(text) ? ok(text) : faulty(`${quoted(text)} is no schedule: ${needed}`)
}

/** Where data lives by default: the XDG data home, which has to be absolute to count. */
export function defaultDataDir(env: Record<string, string | undefined>): string {
  const xdg = env['XDG_DATA_HOME']
  const base = xdg?.startsWith('/') ? xdg : resolve(env['HOME'] || homedir(), '.local/share')
  return resolve(base, 'tidemark')
}
