import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { HOUR_MS } from '#core/hour.ts'
import type { Month } from '#core/month.ts'
import { importPrices } from '#pipeline/jobs/import-prices.ts'
import { backfill, type BackfillRequest } from '#pipeline/jobs/backfill.ts'
import { withLease } from '#pipeline/jobs/lease.ts'
import { schedule } from '#pipeline/jobs/schedule.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import { openStore } from '#storage/open.ts'
import { hourly, marketOf, run } from './markets.ts'
import { BTC, ETH, NOW, USD, hour, portfolioOf, startWorld, type World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())
const begin = async (options: WorldOptions) => (world = await startWorld(options))
const september = '2026-09' as Month
const never = () => new AbortController().signal

const backfillOf = (part: Partial<BackfillRequest> = {}): Promise<IngestSummary> =>
  backfill(
    { owner: 'local', assets: [], from: null, to: null, portfolio: null, quote: USD, dryRun: false, ...part },
    world.io,
    (event) => world.events.push(event),
    never(),
  )

describe('the lease', () => {
  test('F31: while one run holds it a second is refused with exit 11 and the holder; then it may run', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    const other = await openStore({ kind: 'embedded', file: world.file })
    const io = { ...world.io, store: other, holder: 'other-host:1' }
    await withLease(io, never(), async () => {
      const refused = await world.ingest({ assets: [BTC] }).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(TidemarkError)
      expect(refused).toMatchObject({ code: 'LEASE_HELD', exitCode: 11 })
      expect((refused as Error).message).toContain('other-host:1')
      expect(await world.store.runs({ limit: 5, offset: 0 })).toEqual([])
    })
    await other.close()
    expect(await world.ingest({ assets: [BTC] })).toMatchObject({ exitCode: 0 })
  })

  test('F31: the lease of a killed run is taken over when it has run out, and its row is closed', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    await world.store.acquireLease('pipeline', 'killed', 60_000, NOW)
    const killed = { command: 'ingest', started: NOW, finished: null, exitCode: null, summary: '{}' }
    await world.store.writeRun({ id: 'killed', outcome: 'running', ...killed })
    await expect(world.ingest({ assets: [BTC] })).rejects.toMatchObject({ code: 'LEASE_HELD' })
    world.at(NOW + 61_000)
    expect(await world.ingest({ assets: [BTC] })).toMatchObject({ exitCode: 0 })
    const runs = await world.store.runs({ limit: 5, offset: 0 })
    expect(runs.map(({ outcome }) => outcome)).toEqual(['complete', 'interrupted'])
  })

  test('F31: of many runs at once one runs, the others are refused', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    const ends = await Promise.allSettled(Array.from({ length: 5 }, () => world.ingest({ assets: [BTC] })))
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('stopping', () => {
  test('F6: a stop lets what is in flight end, takes no more, and the next run goes on', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `coin-${index}` as AssetId)
    const stop = new AbortController()
    let charts = 0
    await begin({
      market: marketOf(ids.map((id) => hourly(id))),
      intercept: async ({ path }) => {
        if (!path.includes('market_chart')) return false
        charts++
        if (charts === 3)
          stop.abort(new TidemarkError('TERMINATED', { message: 'Stopped by SIGTERM.', fix: 'Again.' }))
        if (charts > 3) await new Promise((resolve) => setTimeout(resolve, 30))
        return false
      },
    })
    const summary = await world.ingest({ assets: ids }, stop.signal)
    expect(summary).toMatchObject({ exitCode: 143, outcome: 'interrupted', failures: [] })
    expect(charts).toBeLessThan(12)
    expect(world.events.map(({ type }) => type)).toContain('draining')
    const stored = (await world.store.series()).length
    expect(stored).toBeGreaterThan(0)
    expect(await world.store.gaps()).toEqual([])
    const rest = await world.ingest({ assets: ids })
    expect(rest).toMatchObject({ exitCode: 0 })
    expect(rest.hours.added).toBe((12 - stored) * 193)
    expect(await world.store.runs({ limit: 5, offset: 0 })).toMatchObject([
      { outcome: 'complete' },
      { outcome: 'interrupted', exitCode: 143 },
    ])
  })

  test('F6: a request that never ends is given up after the grace', async () => {
    const stop = new AbortController()
    await begin({
      market: marketOf([hourly('bitcoin')]),
      intercept: ({ path }) => {
        if (!path.includes('market_chart')) return false
        setTimeout(() => stop.abort(new TidemarkError('INTERRUPTED', { message: 'Stopped.', fix: '' })), 10)
        return true
      },
    })
    const summary = await world.ingest({ assets: [BTC] }, stop.signal)
    expect(summary).toMatchObject({ exitCode: 130, outcome: 'interrupted', failures: [] })
    expect(await world.store.gaps()).toEqual([])
  })
})

describe('backfill', () => {
  test('reads what is held since when it is held, oldest first, and asks again for what gave nothing', async () => {
    let open = false
    await begin({
      market: marketOf([hourly('bitcoin', { from: -24 * 120 }), hourly('ethereum', { from: -24 * 120 })]),
      alter: (reply, ask) => {
        if (!ask.path.includes('/bitcoin/market_chart') || open) return reply
        const body = reply.body as { prices: [number, number][] }
        const prices = body.prices.filter(([time]) => time < hour(-100) || time >= hour(-90))
        return { ...reply, body: { ...body, prices } }
      },
    })
    const since = hour(-24 * 100)
    const holdings = [
      { asset: BTC, quantity: '1', unitCost: null, since },
      { asset: ETH, quantity: '1', unitCost: null, since: hour(-24 * 10) },
    ]
    const portfolio = portfolioOf({ holdings })
    await world.ingest({ portfolio, days: 7 })
    expect(await world.store.gaps()).toMatchObject([{ ...run(-100, -90), tries: 1 }])
    world.calls()
    const summary = await backfillOf({ portfolio })
    expect(summary).toMatchObject({ command: 'backfill', exitCode: 3, window: run(-24 * 101, 0) })
    const asked = world.calls().filter((path) => path.includes('market_chart'))
    expect(asked.map((path) => /coins\/(\w+)/.exec(path)?.[1])).toEqual(['bitcoin', 'bitcoin', 'ethereum'])
    expect(await world.store.gaps()).toMatchObject([{ ...run(-100, -90), tries: 2 }])
    open = true
    expect(await backfillOf({ portfolio })).toMatchObject({ exitCode: 0, gaps: { filled: 10, left: 0 } })
    const again = await backfillOf()
    expect(again).toMatchObject({ exitCode: 0, nothingNew: true, window: run(-24 * 101, 0) })
  })

  test('a store without a portfolio is filled from its first hour, which never creeps back', async () => {
    await begin({ market: marketOf([hourly('bitcoin', { from: -24 * 120 })]) })
    await world.ingest({ assets: [BTC], from: hour(-24 * 60), to: hour(-24 * 59) })
    for (let time = 0; time < 2; time++) {
      const summary = await backfillOf()
      expect(summary).toMatchObject({ exitCode: 0, window: run(-24 * 61, 0) })
    }
  })

  test('what is held for ever is read as far back as anything; prices by hand are left alone', async () => {
    const series = [hourly('bitcoin', { from: -24 * 120 }), hourly('ethereum', { from: -24 * 120 })]
    await begin({ market: marketOf(series) })
    await world.ingest({ assets: [BTC], from: hour(-24 * 60) })
    await world.ingest({ assets: [ETH], days: 1 })
    const byHand = { asset: 'my-token' as AssetId, quote: USD, time: NOW - HOUR_MS, price: '3' }
    await importPrices([byHand], world.io, { dryRun: false })
    const holdings = [{ asset: ETH, quantity: '1', unitCost: null, since: null }]
    const summary = await backfillOf({ portfolio: portfolioOf({ holdings }) })
    expect(summary).toMatchObject({ exitCode: 0, window: run(-24 * 61, 0), hours: { added: 24 * 59 } })
    expect(summary.plan?.assets).toEqual([BTC, ETH])
  })

  test('flows that come in with the run say since when their assets are read', async () => {
    await begin({ market: marketOf([hourly('bitcoin', { from: -24 * 120 })]) })
    const flowsFile = join(world.folder, 'flows.csv')
    writeFileSync(flowsFile, 'time,asset,quantity,kind\n2026-09-30T12:30:00Z,bitcoin,1,deposit\n')
    await backfillOf({ portfolio: portfolioOf({ flowsFile }) })
    const [chunk] = await world.store.chunks({ assets: [BTC], quote: USD, from: september, to: september })
    expect(chunk?.columns.count.findIndex((count) => count > 0)).toBe(28 * 24 + 12)
  })

  test('an empty store has nothing to fill', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    expect(await backfillOf()).toMatchObject({ exitCode: 0, plan: { assets: [] } })
  })
})

describe('schedule', () => {
  const asked = {
    owner: 'local',
    coins: null,
    assets: [BTC],
    wallets: [],
    days: 1,
    portfolio: null,
    quote: USD,
  }
  /** Runs the schedule until some runs have ended. */
  async function until(runs: number, options: { cron?: string; compute?: () => Promise<void> } = {}) {
    const stop = new AbortController()
    const summaries: IngestSummary[] = []
    await schedule(
      {
        cron: options.cron ?? '0 0 1 1 *',
        request: async () => asked,
        compute: options.compute ?? null,
        onRun: (summary) => {
          summaries.push(summary)
          if (summaries.length === runs) setTimeout(() => stop.abort(), 0)
        },
      },
      world.io,
      (event) => world.events.push(event),
      stop.signal,
    )
    return summaries
  }

  test('F23: after downtime one run at the start catches up with all of it', async () => {
    await begin({ market: marketOf([hourly('bitcoin', { to: 24 * 20 })]) })
    const [first] = await until(1)
    expect(first).toMatchObject({ command: 'schedule', window: run(-24, 0), exitCode: 0 })
    world.at(NOW + 24 * 10 * HOUR_MS)
    world.calls()
    const [second] = await until(1)
    expect(second).toMatchObject({ window: run(-1, 240), hours: { added: 240 } })
    expect(world.calls().filter((path) => path.includes('market_chart'))).toHaveLength(1)
  })

  test('a run computes after it read; a failing computation does not end the schedule', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    let computed = 0
    const compute = async () => {
      computed++
      throw new Error('no luck')
    }
    const runs = await until(2, { cron: '* * * * * *', compute })
    expect(runs).toHaveLength(2)
    expect(computed).toBeGreaterThan(0)
    expect(world.events).toContainEqual({
      type: 'notice',
      level: 'warn',
      message: 'This run is left out: no luck',
    })
  })

  test('F23: while another process holds the lease a run is left out and said', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    await world.store.acquireLease('pipeline', 'another', 60_000, NOW)
    const stop = new AbortController()
    const emit = (event: { type: string }) => {
      if (event.type === 'notice') stop.abort()
      world.events.push(event as never)
    }
    const request = { cron: '0 0 1 1 *', request: async () => asked, compute: null }
    await schedule(request, world.io, emit, stop.signal)
    expect(world.events).toMatchObject([{ type: 'notice', level: 'info' }])
    expect(world.calls()).toEqual([])
  })

  test('a gap older than the range is tried again when it is due', async () => {
    let open = false
    await begin({
      market: marketOf([hourly('bitcoin')]),
      alter: (reply, ask) => {
        if (!ask.path.includes('market_chart') || open) return reply
        const body = reply.body as { prices: [number, number][] }
        const prices = body.prices.filter(([time]) => time < hour(-110) || time >= hour(-100))
        return { ...reply, body: { ...body, prices } }
      },
    })
    await world.ingest({ assets: [BTC], days: 7 })
    expect(await world.store.gaps()).toHaveLength(1)
    open = true
    await until(1)
    expect(await world.store.gaps()).toHaveLength(1)
    world.at(NOW + HOUR_MS)
    await until(1)
    expect(await world.store.gaps()).toEqual([])
  })

  test('an expression that is none is refused', async () => {
    await begin({ market: marketOf([]) })
    await expect(until(1, { cron: 'every hour' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})
