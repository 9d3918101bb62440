import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import { hourly, marketOf, offsetOf, run } from '../markets.ts'
import { BTC, ETH, NOW, USD, hour, portfolioOf, startWorld, type World, type WorldOptions } from '../world.ts'
import { heldHours } from '../held-hours.ts'

let world: World
afterEach(() => world.close())
const begin = async (options: WorldOptions) => (world = await startWorld(options))

const twelve = Array.from({ length: 12 }, (_, index) => hourly(`coin-${index}`))

describe('ingest', () => {
  test('with nothing named, the top ten coins and seven days, with the day before them', async () => {
    await begin({ market: marketOf(twelve) })
    const summary = await world.ingest()
    expect(summary).toMatchObject({ exitCode: 0, outcome: 'complete', failures: [], next: 'tidemark pnl' })
    expect(summary.plan?.assets).toHaveLength(10)
    expect(summary.window).toEqual({ from: hour(-168), to: hour(0) })
    expect(summary.hours).toEqual({ added: 10 * 193, changed: 0, unchanged: 0, rejected: 0 })
    const held = await heldHours(world, 'coin-3' as AssetId)
    expect([held[0], held.at(-1), held.length]).toEqual([-192, 0, 193])
    expect(world.calls()).toHaveLength(1 + 10)
    expect(await world.store.coins()).toMatchObject({ readAt: NOW, coins: { length: 10 } })
    expect(await world.store.runs({ limit: 5, offset: 0 })).toMatchObject([
      { id: summary.run, command: 'ingest', outcome: 'complete', exitCode: 0, started: NOW, finished: NOW },
    ])
  })

  test('F17: a second run with nothing new reads one window an asset, changes no byte and says so', async () => {
    await begin({ market: marketOf(twelve) })
    await world.ingest({ coins: 3 })
    const hash = await world.store.canonicalHash()
    const revisions = await world.store.revisions([BTC], USD)
    world.calls()
    const again = await world.ingest({ coins: 3 })
    expect(again).toMatchObject({ exitCode: 0, nothingNew: true, gaps: { found: 0, filled: 0, left: 0 } })
    expect(again.hours).toMatchObject({ added: 0, changed: 0, unchanged: 3 })
    expect(await world.store.canonicalHash()).toBe(hash)
    expect(await world.store.revisions([BTC], USD)).toEqual(revisions)
    expect(world.calls()).toHaveLength(3)
  })

  test('F17: a minute later, with the same points from the provider, no byte changes', async () => {
    await begin({
      market: marketOf([hourly('bitcoin'), hourly('ethereum', { to: 0 })]),
      alter: (reply, ask) => {
        if (!ask.path.includes('market_chart')) return reply
        const body = reply.body as { prices: [number, number][] }
        return {
          ...reply,
          body: { ...body, prices: body.prices.filter(([time]) => time <= hour(0) + 60_000) },
        }
      },
    })
    await world.ingest({ assets: [BTC, ETH] })
    expect((await heldHours(world)).at(-1)).toBe(0)
    expect((await heldHours(world, ETH)).at(-1)).toBe(-1)
    const hash = await world.store.canonicalHash()
    world.at(NOW + 60_000)
    expect((await world.ingest({ assets: [BTC, ETH] })).nothingNew).toBe(true)
    expect(await world.store.canonicalHash()).toBe(hash)
  })

  test('a longer list of coins than the stored one is read at once; calls of all runs are counted', async () => {
    await begin({ market: marketOf(twelve) })
    await world.ingest({ coins: 2 })
    const more = await world.ingest({ coins: 12, days: 1 })
    expect(more.plan?.assets).toHaveLength(12)
    expect(await world.store.calls('coingecko', monthOf(NOW))).toBe(world.simulator.seen.length)
    world.at(NOW + 2 * HOUR_MS)
    await world.ingest({ assets: [BTC], days: 1 })
    expect((await world.store.coins()).coins).toHaveLength(12)
    expect(more.providers).toMatchObject([{ provider: 'coingecko', calls: 1 + 12 }])
  })

  test('F17: every point delivered twice is stored once', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    await world.ingest({ assets: [BTC] })
    const hash = await world.store.canonicalHash()
    await world.close()
    await begin({
      market: marketOf([hourly('bitcoin')]),
      alter: (reply, ask) => {
        if (!ask.path.includes('market_chart')) return reply
        const { prices } = reply.body as { prices: unknown[] }
        return { ...reply, body: { ...(reply.body as object), prices: [...prices, ...prices] } }
      },
    })
    await world.ingest({ assets: [BTC] })
    expect(await world.store.canonicalHash()).toBe(hash)
  })

  test('the next hour reads what is new and the hour before it, which the provider revised', async () => {
    let late = 1
    await begin({
      market: marketOf([hourly('bitcoin')]),
      alter: (reply, ask) => {
        if (!ask.path.includes('market_chart')) return reply
        const body = reply.body as { prices: [number, number][] }
        const prices = body.prices.map(([time, price]) => [time, offsetOf(time) >= 0 ? price * late : price])
        return { ...reply, body: { ...body, prices } }
      },
    })
    await world.ingest({ assets: [BTC] })
    late = 1.01
    world.at(NOW + HOUR_MS)
    const next = await world.ingest({ assets: [BTC] })
    expect(next.plan?.hours).toMatchObject({ wanted: 193, known: 191, read: 2 })
    expect(next.hours).toMatchObject({ added: 1, changed: 1 })
  })

  test('F18: windows in any order give the same store', async () => {
    const jump = (offset: number) => (offset >= -700 && offset < -698 ? 5000 : offset < -300 ? 100 : 2000)
    const series = [hourly('bitcoin', { from: -24 * 60, price: jump, without: [-650, -649, -200] })]
    const ranges = [
      [-1400, -1001],
      [-1000, -700],
      [-699, -690],
      [-689, -300],
      [-299, 0],
    ]
    const hashes = new Set<string>()
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 0, 4, 1, 3],
    ]) {
      await begin({ market: marketOf(series) })
      for (const index of order) {
        const [from, to] = ranges[index] as [number, number]
        await world.ingest({ assets: [BTC], from: hour(from), to: hour(to) })
      }
      hashes.add(await world.store.canonicalHash())
      if (hashes.size === 1)
        expect((await world.store.suspects()).map(({ state }) => state)).toEqual([
          'held',
          'released',
          'released',
        ])
      await world.close()
    }
    await begin({ market: marketOf(series) })
    await world.ingest({ assets: [BTC], from: hour(-1400), to: hour(0), mode: 'backfill' })
    hashes.add(await world.store.canonicalHash())
    expect(hashes.size).toBe(1)
  })

  test('F15, F19: a hole is a gap, asked for again by back-off, and filled once', async () => {
    const hole = [-50, -49, -48, -47, -46, -45, -44]
    let open = true
    await begin({
      market: marketOf([hourly('bitcoin')]),
      alter: (reply, ask) => {
        if (!ask.path.includes('market_chart') || !open) return reply
        const body = reply.body as { prices: [number, number][] }
        const prices = body.prices.filter(([time]) => !hole.includes(Math.floor(offsetOf(time))))
        return { ...reply, body: { ...body, prices } }
      },
    })
    const holding = { asset: BTC, quantity: '1', unitCost: null, since: null }
    const portfolio = portfolioOf({ holdings: [holding] })
    const first = await world.ingest({ portfolio })
    expect(first).toMatchObject({ exitCode: 3, outcome: 'partial', next: 'tidemark gaps' })
    expect(first.gaps).toEqual({ found: 7, filled: 0, left: 7 })
    // Four hours are missing: the last price is carried for three.
    expect(first.missing).toEqual([{ asset: BTC, hours: 4 }])
    const [gap] = await world.store.gaps()
    expect(gap).toMatchObject({ ...run(-50, -43), reason: 'no-data', tries: 1, seen: NOW, tried: NOW })

    world.at(NOW + 30 * 60_000)
    await world.ingest({ portfolio })
    expect(await world.store.gaps()).toEqual([gap])

    world.at(NOW + HOUR_MS)
    await world.ingest({ portfolio })
    expect(await world.store.gaps()).toMatchObject([
      { ...run(-50, -43), tries: 2, seen: NOW, tried: NOW + HOUR_MS },
    ])

    open = false
    world.at(NOW + 3 * HOUR_MS)
    const filled = await world.ingest({ portfolio })
    expect(filled).toMatchObject({ exitCode: 0, gaps: { found: 0, filled: 7, left: 0 } })
    expect(await world.store.gaps()).toEqual([])
    const again = await world.ingest({ portfolio })
    expect(again.gaps.filled).toBe(0)
    expect(again.nothingNew).toBe(true)
  })

  test('a dry run says what it would ask for and what that costs, and writes nothing', async () => {
    await begin({ market: marketOf(twelve), monthCredits: 100 })
    await world.ingest({ coins: 3, days: 1 })
    const hash = await world.store.canonicalHash()
    const stats = await world.store.stats()
    const usage = await world.store.calls('coingecko', monthOf(NOW))
    world.calls()
    world.at(NOW + 2 * HOUR_MS)
    const summary = await world.ingest({ coins: 3, dryRun: true })
    expect(world.calls()).toEqual([])
    expect(summary).toMatchObject({ dryRun: true, exitCode: 0 })
    expect(summary.plan?.costs).toEqual([
      // Three windows and the list of coins, which is older than an hour.
      { provider: 'coingecko', calls: 4, seconds: 0.4, creditsLeft: 96, creditsShare: 4 / 96 },
    ])
    expect(usage).toBe(4)
    expect(await world.store.canonicalHash()).toBe(hash)
    expect(await world.store.stats()).toEqual(stats)
    expect(await world.store.runs({ limit: 9, offset: 0 })).toHaveLength(1)
  })

  test('a euro in the portfolio is read as bitcoin in both currencies', async () => {
    await begin({ market: marketOf([hourly('bitcoin')], { rates: { eur: 0.9 } }) })
    const euro = { asset: 'fiat:eur' as AssetId, quantity: '5', unitCost: null, since: null }
    const summary = await world.ingest({ portfolio: portfolioOf({ holdings: [euro] }) })
    expect(summary).toMatchObject({ exitCode: 0, missing: [] })
    expect(await world.store.series()).toMatchObject([
      { asset: BTC, quote: 'eur' as Quote },
      { asset: BTC, quote: USD },
    ])
    world.calls()
    await world.ingest({ portfolio: portfolioOf({ holdings: [euro] }) })
    // Nothing has to be looked up by id: only the hour that is running is read, in both currencies.
    expect(world.calls().filter((path) => !path.includes('market_chart'))).toEqual([])
  })
})
