import type { LotSettings } from '#pnl/lots/settings.ts'

/** `2026-11-21` in a zone: en-CA writes dates so. */
export const localDay = (time: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    time,
  )

export const localYear = (time: number, timeZone: string): number =>
  Number(localDay(time, timeZone).slice(0, 4))

/** Whether a holding period is long. */
export function termOf(opened: number, disposed: number, { longTerm, timeZone }: LotSettings): boolean {
  if ('days' in longTerm) return disposed - opened >= longTerm.days * 86_400_000
  const [year = '', month = '', day = ''] = localDay(opened, timeZone).split('-')
  const next = Number(year) + longTerm.years
  const leap = next % 4 === 0 && (next % 100 !== 0 || next % 400 === 0)
  const anniversary = `${next}-${month}-${month === '02' && day === '29' && !leap ? '28' : day}`
  return localDay(disposed, timeZone) > anniversary
}
