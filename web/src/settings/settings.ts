import { useSyncExternalStore } from 'react'
import type { CurrencyName } from '../format/money.ts'

export const PALETTES = ['blue-orange', 'green-red', 'red-up'] as const
export const THEMES = ['auto', 'light', 'dark'] as const
export const CURRENCY_NAMES = ['narrowSymbol', 'symbol', 'code'] as const satisfies readonly CurrencyName[]

/** What a person chose; kept by the browser, read before the first paint by boot.js. */
export type Settings = {
  readonly palette: (typeof PALETTES)[number]
  readonly theme: (typeof THEMES)[number]
  /** Amounts are hidden wherever they would stand; shares of a whole are not. */
  readonly privacy: boolean
  readonly currencyName: CurrencyName
  /** An IANA zone; null is that of the machine. */
  readonly zone: string | null
  readonly hideSmall: boolean
  /** Remembered from the last visit; the address of the page counts before them. */
  readonly range: string
  readonly portfolio: string | null
}

const KEY = 'tidemark'
const DEFAULTS: Settings = {
  ...{ palette: 'blue-orange', theme: 'auto', privacy: false, currencyName: 'narrowSymbol' },
  ...{ zone: 'UTC', hideSmall: true, range: '7d', portfolio: null },
}
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
let current = read()

function read(): Settings {
  try {
    return sound(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings> | null)
  } catch {
    return DEFAULTS
  }
}

/** Whatever is kept there, only what the page knows comes out. */
function sound(kept: Partial<Settings> | null): Settings {
  const all = { ...DEFAULTS, ...kept }
  const one = <T>(known: readonly T[], value: T, other: T): T => (known.includes(value) ? value : other)
  return {
    palette: one(PALETTES, all.palette, DEFAULTS.palette),
    theme: one(THEMES, all.theme, DEFAULTS.theme),
    privacy: kept?.privacy === true,
    currencyName: one(CURRENCY_NAMES, all.currencyName, DEFAULTS.currencyName),
    zone: all.zone === null || isZone(all.zone) ? all.zone : DEFAULTS.zone,
    hideSmall: kept?.hideSmall !== false,
    range: typeof all.range === 'string' ? all.range : DEFAULTS.range,
    portfolio: typeof all.portfolio === 'string' ? all.portfolio : null,
  }
}

function isZone(zone: unknown): boolean {
  try {
    return typeof zone === 'string' && new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}

/** The same attributes that boot.js sets: style sheets and charts go by them. */
function apply(): void {
  const { dataset } = document.documentElement
  dataset['theme'] = current.theme === 'auto' ? (dark.matches ? 'dark' : 'light') : current.theme
  dataset['palette'] = current.palette
  dataset['privacy'] = current.privacy ? 'on' : 'off'
  for (const listener of listeners) listener()
}

export function changeSettings(change: Partial<Settings>): void {
  current = sound({ ...current, ...change })
  try {
    localStorage.setItem(KEY, JSON.stringify(current))
  } catch {
    // It holds for this visit, then.
  }
  apply()
}

// Another tab changed them, or the machine its colours.
addEventListener('storage', ({ key }) => {
  if (key !== KEY && key !== null) return
  current = read()
  apply()
})
dark.addEventListener('change', apply)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The settings, anew whenever one changes. Change them with `changeSettings`. */
export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, () => current)
}

/** What the last visit looked at, before anything is drawn. */
export const lastPortfolio = (): string | null => current.portfolio
export const lastRange = (): string => current.range

/** What colours follow: a key that changes whenever they do. */
export function useLook(): string {
  return useSyncExternalStore(subscribe, () => {
    const { theme, palette, privacy } = document.documentElement.dataset
    return `${theme ?? ''} ${palette ?? ''} ${privacy ?? ''}`
  })
}
