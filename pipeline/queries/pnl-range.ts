import { TidemarkError } from '#core/errors.ts'
import { DAY_MS, HOUR_MS, addHours, formatTime, hourOf, type Hour } from '#core/hour.ts'
import { monthEnd, monthStart, type Month } from '#core/month.ts'
import { ESTIMATED } from '#core/quality.ts'
import type { AssetId } from '#core/asset.ts'
import { MANUAL_PROVIDER } from '#pnl/marks/marks.ts'
import type { MarkLoader } from '../pnl/marks.ts'

/** Steps at which a report shows marks. */
export const EVERY = { '1h': 1, '6h': 6, '1d': 24, '1w': 168 } as const
export type Every = keyof typeof EVERY

/** Nearly always it is one of the last hours; further back, and at last the whole month, is looked only where it is not. */
const LATELY_HOURS = [6, 48, Infinity]

/** Milliseconds from the epoch, a Thursday, to the first Monday: weeks begin there. */
const MONDAY = 4 * DAY_MS

export type RangeRequest = {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly days?: number | undefined
  readonly now: number
}

/** The range asked for, floored to hours; `--days N` ends at the newest hour with a fresh price of something held. */
export async function resolveRange(
  request: RangeRequest,
  held: readonly AssetId[],
  loader: MarkLoader,
): Promise<{ from: Hour; to: Hour }> {
  const present = hourOf(request.now)
  const newest = async () => (await newestHour(held, loader, present)) ?? present
  const to = request.to === undefined ? await newest() : Math.min(hourOf(request.to), present)
  const from = request.from === undefined ? to - (request.days ?? 7) * DAY_MS : hourOf(request.from)
  if (from > to) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `The range begins at ${formatTime(from)}, after its end at ${formatTime(to)}.`,
      fix: 'Give a --from that is earlier than --to, and neither in the future.',
    })
  }
  return { from: hourOf(from), to: hourOf(to) }
}

/**
 * The newest hour, not after now, at which one of the assets has a mark that is neither carried nor by hand; by hand
 * where nothing else gives prices at all.
 */
async function newestHour(held: readonly AssetId[], loader: MarkLoader, now: Hour): Promise<Hour | null> {
  const assets = held.filter((asset) => asset !== loader.base)
  const all = new Set<Month>()
  for (const asset of assets) for (const month of await loader.candleMonths(asset)) all.add(month)
  const months = [...all].sort().reverse()
  for (const byHand of [false, true]) {
    for (const month of months) {
      if (monthStart(month) > now) continue
      const to = Math.min(monthEnd(month), addHours(now, 1)) as Hour
      for (const hours of LATELY_HOURS) {
        const from = Math.max(monthStart(month), to - hours * HOUR_MS) as Hour
        const found = await newestIn(assets, from, to, loader, byHand)
        if (found !== null) return found
      }
    }
  }
  return null
}

async function newestIn(
  assets: readonly AssetId[],
  from: Hour,
  to: Hour,
  loader: MarkLoader,
  byHand: boolean,
): Promise<Hour | null> {
  const book = await loader.load(assets, from, to)
  let newest: Hour | null = null
  for (const asset of assets) {
    const { quality, source, sources } = book.of(asset)
    const index = quality.findLastIndex(
      (code, at) => code >= ESTIMATED && (byHand || sources[source[at] as number] !== MANUAL_PROVIDER),
    )
    const hour = addHours(from, index)
    if (index >= 0 && (newest === null || hour > newest)) newest = hour
  }
  return newest
}

/** Places in the range that a step shows: multiples in UTC (weeks from Monday), the first and the last. */
export function shownHours(from: Hour, to: Hour, every: Every): number[] {
  const step = EVERY[every] * HOUR_MS
  const shift = every === '1w' ? MONDAY : 0
  const shown: number[] = []
  for (let hour = from; hour <= to; hour = addHours(hour, 1)) {
    if (hour === from || hour === to || (hour - shift) % step === 0) shown.push((hour - from) / HOUR_MS)
  }
  return shown
}
