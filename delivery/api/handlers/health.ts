import type { AssetId } from '#core/asset.ts'
import { formatTime, HOUR_MS } from '#core/hour.ts'
import { monthEnd } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { runStateDocument } from '../../run-json.ts'
import type { Answered } from '../contract.ts'
import type { ApiIo, Frozen } from '../types.ts'
import { assetsOf } from './shown-assets.ts'

type Health = Frozen<Answered<'dashboard'>>['health']

/** How the pipeline is, as the strip at the foot of the first screen tells it. */
export async function healthOf(portfolio: Portfolio, io: ApiIo): Promise<Health> {
  const { baseCurrency } = portfolio
  const { store, now, nextRun } = io
  const shown = new Set(await assetsOf(portfolio, io))
  const isShown = ({ asset }: { asset: AssetId }) => shown.has(asset)
  const runs = await store.runs({ limit: 20, offset: 0 })
  const last = runs.find(({ outcome }) => outcome !== 'running') ?? null
  const gaps = (await store.gaps({ quote: baseCurrency })).filter(isShown)
  const waiting = await store.suspects({ quote: baseCurrency, states: ['pending', 'held'] })
  const series = (await store.series()).filter((each) => each.quote === baseCurrency && isShown(each))
  const next = nextRun?.() ?? null
  const newest = series.reduce((most, { to }) => Math.max(most, monthEnd(to)), 0)
  return {
    lastRun: last === null ? null : runStateDocument(last),
    running: runs.some(({ outcome }) => outcome === 'running'),
    nextRun: next === null ? null : formatTime(next),
    gaps: {
      count: gaps.length,
      hours: gaps.reduce((hours, { from, to }) => hours + (to - from) / HOUR_MS, 0),
    },
    suspects: waiting.filter(isShown).length,
    newestPrice: newest === 0 ? null : formatTime(Math.min(newest, now())),
  }
}
