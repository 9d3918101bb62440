import { parseAsset, type AssetId } from '#core/asset.ts'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { readTime } from '#core/time.ts'
import { calendarOf } from '#pnl/lots/calendar.ts'
import { METHODS, type LongTerm, type LotSettings, type Method, type MethodRule } from '#pnl/lots/settings.ts'
import { usage } from '../../cli/values.ts'
import type { SettingsOptions } from './options.ts'

/**
 * Settings of lots from the command line.
 * @param asIs asset ids stand as they are, known or not
 * @throws TidemarkError USAGE
 */
export function lotSettings(options: SettingsOptions, asIs: boolean): LotSettings {
  const { fees, oversell, gifts, wraps } = options
  const timeZone = timeZoneOf(options.timeZone)
  const rules = (options.method ?? []).map((text) => ruleOf(text, asIs))
  const plain = rules.filter(({ asset, year }) => asset === null && year === null)
  if (options.scopeFrom !== undefined && options.scope === 'wallet')
    throw usage('--scope-from and --scope wallet exclude each other.', 'Leave one of them out.')
  return {
    method: plain.at(-1)?.method ?? 'fifo',
    methods: rules.filter((rule) => !plain.includes(rule)),
    scope: options.scope ?? 'pooled',
    walletFrom: options.scopeFrom === undefined ? null : walletFrom(options.scopeFrom, timeZone),
    fees,
    oversell,
    gifts,
    wraps,
    longTerm: longTermOf(options.longTerm),
    timeZone,
  }
}

/** Methods that `--compare` names, or all that need no names of lots. */
export function methodsToCompare(given: true | readonly string[]): Method[] {
  const words = given === true ? [] : given.flatMap((text) => text.split(','))
  if (words.length === 0) return METHODS.filter((method) => method !== 'specific')
  return [...new Set(words.map((word) => methodOf(word)))]
}

function ruleOf(text: string, asIs: boolean): MethodRule {
  const at = text.lastIndexOf('=')
  if (at < 0) return { asset: null, year: null, method: methodOf(text) }
  const method = methodOf(text.slice(at + 1))
  const what = text.slice(0, at)
  if (/^\d{4}$/.test(what)) return { asset: null, year: Number(what), method }
  const [, asset, year] = /^(.+)@(\d{4})$/.exec(what) ?? []
  return {
    asset: assetOf('--method', asset ?? what, asIs),
    year: year === undefined ? null : Number(year),
    method,
  }
}

/** One asset id; as it stands where ids are not known to anybody. @throws TidemarkError USAGE */
export function assetOf(option: string, text: string, asIs: boolean): AssetId {
  const asset = parseAsset(text)
  if (asIs && text !== '') return asset?.startsWith('fiat:') === true ? asset : (text as AssetId)
  if (asset !== null) return asset
  throw usage(`${option}: "${text}" is no asset id.`, 'Use a CoinGecko id such as bitcoin, or a CAIP-19 id.')
}

function methodOf(text: string): Method {
  const method = METHODS.find((one) => one === text.toLowerCase())
  if (method !== undefined) return method
  throw usage(`"${text}" is no method.`, `Use ${METHODS.join(', ')}.`)
}

function longTermOf(text: string): LongTerm {
  const [, digits, unit] = /^(\d{1,5})([yd])$/i.exec(text) ?? []
  const number = Number(digits)
  if (unit !== undefined && number > 0)
    return unit.toLowerCase() === 'y' ? { years: number } : { days: number }
  throw usage(`--long-term "${text}" is no span.`, 'Write 1y, or a number of days such as 365d.')
}

function timeZoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw usage(
      `--time-zone "${text}" is no time zone.`,
      'Use a name such as Europe/Berlin or America/New_York.',
    )
  }
}

/** The first moment of a day in a zone, or the moment that was written out. */
function walletFrom(text: string, timeZone: string): number {
  const [, date = '', scope] = /^(.+)=(\w+)$/.exec(text) ?? []
  const reading = readTime(date)
  if (scope !== 'wallet' || reading.fault !== null)
    throw usage(`--scope-from "${text}" is not DATE=wallet.`, 'Write it as 2025-01-01=wallet.')
  return /^\d{4}-\d\d-\d\d$/.test(date) ? startOfDay(reading.value, timeZone) : reading.value
}

/** Zones are at most 14 hours ahead of UTC, in steps of a quarter of an hour. */
function startOfDay(midnight: number, timeZone: string): number {
  const calendar = calendarOf(timeZone, { years: 1 })
  const wanted = midnight / DAY_MS
  let time = midnight - 15 * HOUR_MS
  while (calendar.day(time) < wanted) time += HOUR_MS / 4
  return time
}
