import type { Config } from '#config/config.ts'
import { intervalOf } from '#delivery/api/live/interval.ts'
import type { Interval, LivePrices } from '#delivery/api/live/ticker.ts'
import type { Runner } from '#delivery/api/types.ts'
import type { Store } from '#pipeline/ports.ts'
import { spotOf } from '#pipeline/queries/spot-source.ts'
import { SpotPrices } from '#pipeline/queries/spot.ts'
import { isInvented } from '../wiring/invented.ts'
import { providers } from '../wiring/providers.ts'
import { markSettings } from '../wiring/settings.ts'
import { openShared } from '../wiring/shared.ts'
import { budgetOf } from './live-budget.ts'

/** Assets that one call gives the prices of, at the least of all sources. */
const PER_CALL = 100
/** Counted calls are written at the latest after this many: every write is one that others see. */
const FLUSH_CALLS = 20

type Parts = { readonly store: Store; readonly runner: Runner }
type Sources = Awaited<ReturnType<typeof opened>>

/** Prices of now, by the configured sources, asked for as often as their budgets allow. Opened when first needed. */
export function livePrices(
  config: Config,
  parts: Parts,
): LivePrices & { readonly close: () => Promise<void> } {
  if (isInvented(config.dataDir)) return INVENTED
  let opening: Promise<Sources> | null = null
  const sources = () => (opening ??= opened(config, parts))
  return {
    interval: async (assets) => intervalFor(await sources(), parts.store, assets),
    of: async (assets, quote, signal) => {
      const { spot, count } = await sources()
      try {
        return await spot.of(assets, quote, signal)
      } finally {
        count()
      }
    },
    close: async () => (await opening)?.close(),
  }
}

const INVENTED = {
  interval: async () => ({ ms: null, why: 'an invented market has no prices of now' }),
  of: async () => ({ prices: new Map(), faults: [] }),
  close: async () => undefined,
}

async function opened(config: Config, { store, runner }: Parts) {
  const silent = () => undefined
  const shared = await openShared(config, silent)
  const own: ReadonlySet<string> = new Set()
  const clients = await providers(config, { store, emit: silent, own, shared, persist: false })
  const feeds = clients.prices.filter(({ source }) => spotOf(source) !== null)
  const spot = new SpotPrices({
    sources: feeds.flatMap(({ source }) => spotOf(source) ?? []),
    settings: markSettings(config),
    now: Date.now,
    cache: shared?.cache ?? null,
  })
  const written = new Map<string, number>()
  return {
    spot,
    feeds,
    /** Counts what was asked, in the month's count that all runs go by. */
    count: () => {
      for (const { provider, credits, calls } of clients.reports()) {
        const grown = (credits ?? calls) - (written.get(provider) ?? 0)
        if (grown < FLUSH_CALLS) continue
        written.set(provider, credits ?? calls)
        runner.run('addCalls', { provider, calls: grown }).catch(silent)
      }
    },
    close: async () => {
      clients.close()
      await shared?.close()
    },
  }
}

/** The first source answers nearly everything: its budget counts. */
async function intervalFor({ feeds }: Sources, store: Store, assets: number): Promise<Interval> {
  const [first] = feeds
  if (first === undefined) return { ms: null, why: 'no configured source has prices of now' }
  const { source, budget } = first
  const asked = { provider: source.id, budget, assets, now: Date.now() }
  return intervalOf(Math.ceil(assets / PER_CALL), await budgetOf(store, asked))
}
