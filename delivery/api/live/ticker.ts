import type { AssetId, Quote } from '#core/asset.ts'
import { QUALITIES } from '#core/quality.ts'
import type { SpotReport } from '#pipeline/queries/spot.ts'
import type { Spot } from './price-book.ts'

/** Between two refreshes of prices; null where none are asked for, `why` says it. In milliseconds. */
export type Interval = { readonly ms: number | null; readonly why: string | null }

/** Where prices of now come from, and how often they may be asked for. */
export interface LivePrices {
  of(assets: readonly AssetId[], quote: Quote, signal: AbortSignal): Promise<SpotReport>
  /** @param assets how many are watched, in so many currencies */
  interval(assets: number): Promise<Interval>
}

export type TickerIo = {
  readonly prices: LivePrices
  readonly watched: () => ReadonlyMap<Quote, readonly AssetId[]>
  readonly take: (quote: Quote, spots: readonly Spot[]) => void
  readonly onInterval: (interval: Interval) => void
  readonly now: () => number
}

/** Asks for prices of what is watched, as often as may be; while nobody watches anything nothing is asked. */
export class Ticker {
  interval: Interval = { ms: null, why: 'not asked yet' }
  private readonly io: TickerIo
  private readonly stop = new AbortController()
  private timer: NodeJS.Timeout | null = null
  private last = -Infinity
  private running = false

  constructor(io: TickerIo) {
    this.io = io
  }

  /** Somebody watches something: prices that are older than the interval are refreshed now. */
  wake(): void {
    if (this.timer !== null || this.running || this.stop.signal.aborted) return
    const due = this.interval.ms === null ? 0 : this.last + this.interval.ms - this.io.now()
    this.timer = setTimeout(() => void this.tick(), Math.max(0, due)).unref()
  }

  close(): void {
    this.stop.abort()
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private async tick(): Promise<void> {
    this.timer = null
    this.running = true
    try {
      await this.refresh()
    } finally {
      this.running = false
    }
  }

  private async refresh(): Promise<void> {
    const watched = this.io.watched()
    const count = [...watched.values()].reduce((sum, assets) => sum + assets.length, 0)
    if (count === 0) return
    this.set(await this.io.prices.interval(count))
    if (this.interval.ms !== null) {
      this.last = this.io.now()
      for (const [quote, assets] of watched) await this.ask(quote, assets)
    }
    this.running = false
    if (this.interval.ms !== null) this.wake()
    else this.timer = setTimeout(() => void this.tick(), LOOK_AGAIN_MS).unref()
  }

  private async ask(quote: Quote, assets: readonly AssetId[]): Promise<void> {
    // Whatever a source says, the figures stay as they are until the next time.
    const report = await this.io.prices.of(assets, quote, this.stop.signal).catch(() => null)
    if (report === null || this.stop.signal.aborted) return
    const spots = [...report.prices.values()].map(({ asset, price, time, quality }) => ({
      ...{ asset, price, time, quality: QUALITIES.indexOf(quality) },
    }))
    this.io.take(quote, spots)
  }

  private set(interval: Interval): void {
    const isNew = interval.ms !== this.interval.ms || interval.why !== this.interval.why
    this.interval = interval
    if (isNew) this.io.onInterval(interval)
  }
}

/** Where no prices may be asked for now, it is looked again whether they may: a month ends. */
const LOOK_AGAIN_MS = 600_000
