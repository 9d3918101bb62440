/**
 * A world for jobs: the simulator over HTTP, the real clients, the real embedded store in a temporary folder, and a
 * clock that stands still unless a test moves it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import { LOCAL_OWNER, type Portfolio } from '#core/portfolio.ts'
import { allium } from '#ingestion/allium/client.ts'
import { coingecko, type CoinGeckoOptions } from '#ingestion/coingecko/client.ts'
import { readFlows } from '#ingestion/flows-csv/read.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import type { JobEvent } from '#pipeline/events.ts'
import { ingest } from '#pipeline/jobs/ingest/ingest.ts'
import type { IngestRequest } from '#pipeline/jobs/ingest/request.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import type { Store } from '#pipeline/ports.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '#scripts/simulator/server.ts'
import { openStore } from '#storage/open.ts'

export const USD = 'usd' as Quote
export const BTC = 'bitcoin' as AssetId
export const ETH = 'ethereum' as AssetId
/** Seven minutes past an hour, so that an hour is running. */
export const NOW = Date.UTC(2026, 9, 20, 12, 7)
export const hour = (offset: number): Hour => (Date.UTC(2026, 9, 20, 12) + offset * HOUR_MS) as Hour

/** Failures of the network are tried twice, at once. */
const QUICK: HttpTuning = {
  retry: { retries: 2, minMs: 1, maxMs: 5, rateLimitMs: 5, rateLimitPatienceMs: 1_000 },
  breaker: { failures: 6, windowMs: 0, restMs: 1 },
}

export type WorldOptions = {
  readonly market: Market
  readonly plan?: 'public' | 'pro'
  readonly historyDays?: number | null
  readonly apiKey?: string
  readonly allium?: boolean
  readonly http?: HttpTuning
  readonly monthCredits?: number | null
} & Pick<SimulatorOptions, 'alter' | 'intercept'>

export type World = {
  readonly store: Store
  readonly file: string
  readonly folder: string
  readonly io: JobIo
  readonly simulator: Simulator
  readonly events: JobEvent[]
  /** Paths of the calls since the last time this was asked. */
  calls(): string[]
  /** Sets the clock of the job and of the providers. */
  at(now: number): void
  ingest(request?: Partial<IngestRequest>, signal?: AbortSignal): Promise<IngestSummary>
  /** A second store beside, over the same simulator. */
  reopen(): Promise<void>
  close(): Promise<void>
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-pipeline-'))
  const file = join(folder, 'store.db')
  const clock = { now: NOW }
  const { alter, intercept } = options
  const simulator = await startSimulator({
    market: options.market,
    coingecko: { plan: options.plan ?? 'pro', apiKey: 'right' },
    alliumKey: 'right',
    now: () => clock.now,
    ...(alter ? { alter } : {}),
    ...(intercept ? { intercept } : {}),
  })
  let store = await openStore({ kind: 'embedded', file, create: true })
  const started = Date.now()
  // Requests wait by this clock, so it has to move.
  const http = { ...QUICK, now: () => clock.now + (Date.now() - started), ...options.http }
  const gecko = coingecko({ ...geckoOptions(options, simulator), http })
  const second = options.allium === true ? alliumOf(simulator, options, http) : null
  const events: JobEvent[] = []
  let runs = 0
  const budget = { perMinute: 600, monthCredits: options.monthCredits ?? null, concurrency: 4 }
  const io: JobIo = {
    get store() {
      return store
    },
    now: () => clock.now,
    prices: [{ source: gecko, budget }, ...(second === null ? [] : [{ source: second.prices, budget }])],
    coins: { id: gecko.id, source: gecko, budget },
    wallets: second === null ? null : { source: second.wallets, budget },
    reports: () => [gecko.report(), ...(second === null ? [] : [second.report()])],
    readFlows,
    marks: DEFAULT_SETTINGS,
    holder: 'test',
    newId: () => `run-${String(++runs).padStart(3, '0')}`,
    drainMs: 200,
  }
  let seen = 0
  return {
    get store() {
      return store
    },
    file,
    folder,
    io,
    simulator,
    events,
    calls() {
      const paths = simulator.seen.slice(seen).map(({ path, query }) => path.replace('/api/v3', '') + query)
      seen = simulator.seen.length
      return paths
    },
    at(now) {
      clock.now = now
    },
    ingest(request = {}, signal = new AbortController().signal) {
      return ingest({ ...REQUEST, ...request }, io, (event) => events.push(event), signal)
    },
    async reopen() {
      await store.close()
      store = await openStore({ kind: 'embedded', file, create: true })
    },
    async close() {
      gecko.close()
      second?.close()
      await simulator.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function geckoOptions(options: WorldOptions, simulator: Simulator): CoinGeckoOptions {
  return {
    plan: options.plan ?? 'pro',
    apiKey: (options.plan ?? 'pro') === 'public' ? null : (options.apiKey ?? 'right'),
    baseUrl: simulator.coingeckoUrl,
    perMinute: 60_000,
    historyDays: options.historyDays ?? null,
    monthCredits: null,
  }
}

function alliumOf(simulator: Simulator, options: WorldOptions, http: HttpTuning) {
  const { coins } = options.market
  return allium({
    apiKey: 'right',
    baseUrl: simulator.alliumUrl,
    perMinute: 60_000,
    resolve: (_chain, contract) =>
      (coins.find((coin) => Object.values(coin.platforms).includes(contract))?.id as AssetId | undefined) ??
      null,
    addressOf: (asset) => {
      const contract = coins.find((coin) => coin.id === asset)?.platforms['ethereum']
      return contract === undefined ? null : { chain: 'ethereum', contract }
    },
    isOwn: () => false,
    http,
  })
}

const REQUEST: IngestRequest = {
  owner: LOCAL_OWNER,
  coins: null,
  assets: [],
  wallets: [],
  from: null,
  to: null,
  days: 7,
  portfolio: null,
  quote: USD,
  mode: 'now',
  dryRun: false,
}

export function portfolioOf(part: Partial<Portfolio>): Portfolio {
  return {
    owner: LOCAL_OWNER,
    name: 'main',
    baseCurrency: USD,
    wallets: [],
    holdings: [],
    flowsFile: null,
    ...part,
  }
}
