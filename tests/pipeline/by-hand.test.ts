import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED } from '#core/flow.ts'
import { HOUR_MS } from '#core/hour.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { addFlow, importFlowsFile, type NewFlow } from '#pipeline/jobs/import-flows.ts'
import { importPrices } from '#pipeline/jobs/import-prices.ts'
import { decideSuspect } from '#pipeline/jobs/suspects.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { listGaps } from '#pipeline/queries/gaps.ts'
import { listPrices } from '#pipeline/queries/prices.ts'
import { hourly, marketOf } from './markets.ts'
import { BTC, NOW, USD, hour, portfolioOf, startWorld, type World, type WorldOptions } from './world.ts'

let world: World
afterEach(() => world.close())
const begin = async (options: WorldOptions) => (world = await startWorld(options))
const ALL = { limit: 1000, offset: 0 }
const pricesAt = async (offset: number) => {
  const ask = { ...ALL, assets: [BTC], quote: USD, from: hour(offset), to: hour(offset) }
  return (await listPrices(world.store, DEFAULT_SETTINGS, ask)).rows[0]
}

describe('suspects decided by hand', () => {
  /** One wild price in an otherwise quiet series, with a good one in the same hour. */
  async function withSpike() {
    const series = hourly('bitcoin', { price: () => 100 })
    const times = [...Array.from(series.times), hour(-20) + 120_000]
    const order = times.map((time, index) => ({ time, price: series.prices[index] ?? 5000 }))
    order.sort((a, b) => a.time - b.time)
    const spiked = {
      id: 'bitcoin',
      times: order.map(({ time }) => time),
      prices: order.map(({ price }) => price),
    }
    await begin({ market: marketOf([spiked]) })
    const summary = await world.ingest({ assets: [BTC] })
    expect(summary).toMatchObject({ exitCode: 0, suspects: { found: 2, released: 1, left: 1 } })
    expect(summary.hours.rejected).toBe(1)
    return { asset: BTC, quote: USD, provider: 'coingecko', time: hour(-20) + 120_000 }
  }

  test('accepted, the sample is in its candle, once, and stays there when the hour is read again', async () => {
    const key = await withSpike()
    expect((await pricesAt(-20))?.candle).toMatchObject({ count: 1, high: 100 })
    expect(await decideSuspect(key, 'accepted', world.io)).toMatchObject({ state: 'accepted', price: '5000' })
    const candle = { count: 2, open: 100, high: 5000, close: 5000, mean: 2550 }
    expect((await pricesAt(-20))?.candle).toMatchObject(candle)
    const hash = await world.store.canonicalHash()
    await decideSuspect(key, 'accepted', world.io)
    expect(await world.store.canonicalHash()).toBe(hash)
    const failed = { reason: 'failed', message: '', seen: NOW, tried: NOW, tries: 1 } as const
    await world.store.writeGaps([{ ...key, ...failed, from: hour(-20), to: hour(-19) }])
    expect((await world.ingest({ assets: [BTC] })).plan?.hours.read).toBe(2)
    expect((await pricesAt(-20))?.candle).toMatchObject(candle)
    expect((await listGaps(world.store, ALL)).suspects.rows).toEqual([])
  })

  test('rejected, no candle ever holds it; a time cut to the second names it', async () => {
    const key = await withSpike()
    const hash = await world.store.canonicalHash()
    const cut = { ...key, time: key.time + 0.4 }
    expect(await decideSuspect(cut, 'rejected', world.io)).toMatchObject({
      state: 'rejected',
      time: key.time,
    })
    expect(await world.store.canonicalHash()).not.toBe(hash)
    expect((await pricesAt(-20))?.candle).toMatchObject({ count: 1, high: 100 })
  })

  test('rejected after it was accepted, it is out again once the hour was read', async () => {
    const key = await withSpike()
    await decideSuspect(key, 'accepted', world.io)
    await decideSuspect(key, 'rejected', world.io)
    const next = await world.ingest({ assets: [BTC] })
    expect(next.plan?.hours.read).toBe(2)
    expect((await pricesAt(-20))?.candle).toMatchObject({ count: 1, high: 100 })
  })

  test('a sample that was never kept aside is refused with the next step', async () => {
    const key = await withSpike()
    const refused = decideSuspect({ ...key, time: hour(-10) }, 'accepted', world.io)
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })

  test('F14: a wild sample at the end of the data waits, and later samples decide', async () => {
    const after = (offset: number) => (offset >= 0 ? 5000 : 100)
    await begin({ market: marketOf([hourly('bitcoin', { price: after })]) })
    await world.ingest({ assets: [BTC] })
    // The hour's point and the live price after it are one level: the first waits for three later samples.
    expect((await world.store.suspects()).map(({ state }) => state)).toEqual(['pending'])
    world.at(NOW + 3 * HOUR_MS)
    const later = await world.ingest({ assets: [BTC] })
    expect(later.suspects).toMatchObject({ released: 1, left: 0 })
    expect((await pricesAt(0))?.candle).toMatchObject({ open: 5000 })
  })
})

describe('prices by hand', () => {
  const price = (offset: number, text: string, minute = 0) => ({
    asset: BTC,
    quote: USD,
    time: hour(offset) + minute * 60_000,
    price: text,
  })

  test('are candles of the provider manual, estimated; importing again changes nothing', async () => {
    await begin({ market: marketOf([]) })
    const rows = [price(-800, '10.5'), price(-3, '11'), price(-3, '12', 30)]
    expect(await importPrices(rows, world.io, { dryRun: true })).toEqual({
      added: 2,
      changed: 0,
      unchanged: 0,
      aside: 0,
    })
    expect(await world.store.series()).toEqual([])
    expect(await importPrices(rows, world.io, { dryRun: false })).toEqual({
      added: 2,
      changed: 0,
      unchanged: 0,
      aside: 0,
    })
    const hash = await world.store.canonicalHash()
    expect(await importPrices(rows, world.io, { dryRun: false })).toEqual({
      added: 0,
      changed: 0,
      unchanged: 2,
      aside: 0,
    })
    expect(await world.store.canonicalHash()).toBe(hash)
    expect(await pricesAt(-3)).toMatchObject({
      mark: 11,
      quality: 'estimated',
      source: 'manual',
      provider: 'manual',
      candle: { open: 11, close: 12, count: 2 },
    })
  })

  test('of an hour that is stored are combined with it, in any order', async () => {
    await begin({ market: marketOf([]) })
    await importPrices([price(-3, '12', 30)], world.io, { dryRun: false })
    expect(await importPrices([price(-3, '11')], world.io, { dryRun: false })).toMatchObject({ changed: 1 })
    expect((await pricesAt(-3))?.candle).toMatchObject({ open: 11, high: 12, close: 12, count: 2 })
  })

  const store = (...rows: ReturnType<typeof price>[]) => importPrices(rows, world.io, { dryRun: false })
  const aside = async () => (await world.store.suspects()).map(({ time, state }) => [time, state])

  test('F14: one more than ten times away from the one before is kept aside until others confirm it', async () => {
    await begin({ market: marketOf([]) })
    const rows = [price(-9, '10'), price(-8, '1000'), price(-7, '11')]
    expect(await importPrices(rows, world.io, { dryRun: true })).toMatchObject({ added: 1, aside: 2 })
    expect(await store(...rows)).toMatchObject({ added: 1, aside: 2 })
    expect((await pricesAt(-8))?.candle ?? null).toBe(null)
    expect((await world.store.suspects())[0]).toMatchObject({
      provider: 'manual',
      price: '1000',
      reason: '100 times away from the sample before it',
    })
    const hash = await world.store.canonicalHash()
    expect(await store(...rows)).toMatchObject({ added: 0, unchanged: 1, aside: 2 })
    expect(await world.store.canonicalHash()).toBe(hash)
    // Three at the level of the second one: it was no slip, and neither are they.
    await store(price(-6, '11'), price(-5, '12'), price(-4, '11'))
    expect(await aside()).toEqual([
      [hour(-8), 'held'],
      [hour(-7), 'released'],
    ])
    expect((await pricesAt(-7))?.candle).toMatchObject({ open: 11 })
    await store(price(-8, '10.5'))
    expect((await pricesAt(-8))?.candle).toMatchObject({ open: 10.5, count: 1 })
    expect(await aside()).toEqual([[hour(-7), 'released']])
  })

  test('F14: a wild one beside the stored samples of a provider is kept aside; accepted by hand, it counts', async () => {
    await begin({ market: marketOf([hourly('bitcoin', { price: () => 100 })]) })
    await world.ingest({ assets: [BTC] })
    expect(await store(price(-3, '5000', 30))).toMatchObject({ added: 0, aside: 1 })
    const key = { asset: BTC, quote: USD, provider: 'manual', time: hour(-3) + 30 * 60_000 }
    await decideSuspect(key, 'accepted', world.io)
    expect(await store(price(-3, '5000', 30))).toMatchObject({ added: 0, aside: 0 })
    expect((await world.store.suspects()).map(({ state }) => state)).toContain('accepted')
  })

  test('in the future, or not above 0, are refused and nothing is stored', async () => {
    await begin({ market: marketOf([]) })
    for (const bad of [price(1, '5'), price(-1, '0'), price(-1, '-2')]) {
      const refused = importPrices([price(-9, '5'), bad], world.io, { dryRun: false })
      await expect(refused).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    }
    expect(await world.store.series()).toEqual([])
  })

  test('an asset that no provider lists is priced by hand without the run failing', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    const own = 'my-vesting-token' as AssetId
    const hours = Array.from({ length: 200 }, (_, index) => ({ ...price(-index, '2'), asset: own }))
    await importPrices(hours, world.io, { dryRun: false })
    const holding = { asset: own, quantity: '10', unitCost: null, since: null }
    const summary = await world.ingest({ portfolio: portfolioOf({ holdings: [holding] }) })
    expect(summary).toMatchObject({ exitCode: 0, failures: [], missing: [] })
    expect(world.events.some((event) => event.type === 'notice' && event.level === 'warn')).toBe(true)
  })
})

describe('flows', () => {
  const HEADER = 'time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note\n'
  const portfolio = () => portfolioOf({ flowsFile: join(world.folder, 'flows.csv') })
  const write = (...rows: string[]) => writeFileSync(portfolio().flowsFile ?? '', HEADER + rows.join('\n'))
  const list = async () => {
    const ask = { ...ALL, owner: LOCAL_OWNER, portfolio: portfolio() }
    return (await listFlows(world.store, ask)).rows.map(({ source, quantity }) => [source, quantity])
  }
  const BUY = '2026-10-18T10:00:00Z,bitcoin,1,buy,50,0.01,ethereum,main,t1,'
  const SELL = '2026-10-19T10:00:00Z,bitcoin,-0.5,sell,60,,,main,t2,'

  test('the file of the portfolio is a mirror; its assets and fee assets are read', async () => {
    await begin({ market: marketOf([hourly('bitcoin'), hourly('ethereum')]) })
    write(BUY, SELL)
    const first = await world.ingest({ portfolio: portfolio() })
    expect(first).toMatchObject({ exitCode: 0, flows: { added: 2, unchanged: 0, retired: 0 } })
    expect((await world.store.series()).map(({ asset }) => asset)).toEqual(['bitcoin', 'ethereum'])
    write(BUY)
    const second = await world.ingest({ portfolio: portfolio() })
    expect(second).toMatchObject({ flows: { added: 0, unchanged: 1, retired: 1 }, nothingNew: false })
    expect(await list()).toEqual([['file', '1']])
    expect((await world.ingest({ portfolio: portfolio() })).nothingNew).toBe(true)
  })

  test('a faulty file ends the run before anything is asked for, and the store is as it was', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    write(BUY)
    await world.ingest({ portfolio: portfolio() })
    const hash = await world.store.canonicalHash()
    world.calls()
    write(BUY, '2026-10-19T10:00:00Z,bitcoin,x,sell,60,,,main,t2,')
    await expect(world.ingest({ portfolio: portfolio() })).rejects.toMatchObject({ code: 'FLOWS_INVALID' })
    expect(world.calls()).toEqual([])
    expect(await world.store.canonicalHash()).toBe(hash)
    expect(await world.store.runs({ limit: 1, offset: 0 })).toMatchObject([
      { outcome: 'failed', exitCode: 5 },
    ])
  })

  test('a dry run counts the flows of the file and reads their assets, and stores none', async () => {
    await begin({ market: marketOf([hourly('bitcoin'), hourly('ethereum')]) })
    write(BUY)
    const summary = await world.ingest({ portfolio: portfolio(), dryRun: true })
    expect(summary.plan?.assets).toEqual(['bitcoin', 'ethereum'])
    expect(summary.flows.added).toBe(1)
    expect(await world.store.portfolios(LOCAL_OWNER)).toEqual([])
    expect(await list()).toEqual([])
  })

  test('imported ones stay beside the mirror; what is gone from the file is named, or retired', async () => {
    await begin({ market: marketOf([hourly('bitcoin'), hourly('ethereum')]) })
    write(BUY, SELL)
    const request = {
      owner: LOCAL_OWNER,
      portfolio: 'main',
      file: portfolio().flowsFile ?? '',
      dryRun: false,
    }
    expect(await importFlowsFile({ ...request, replace: false }, world.io)).toMatchObject({ added: 2 })
    write(BUY)
    expect(await importFlowsFile({ ...request, replace: false }, world.io)).toMatchObject({
      added: 0,
      retired: 0,
      goneCount: 1,
    })
    expect(await importFlowsFile({ ...request, replace: true }, world.io)).toMatchObject({ retired: 1 })
    expect(await list()).toEqual([['import', '1']])
  })

  const flow: NewFlow = {
    ...UNDETAILED,
    time: NOW - HOUR_MS,
    asset: BTC,
    quantity: '0.1',
    kind: 'buy',
    unitPrice: '68000',
    fee: '5',
    wallet: 'manual',
  }

  test('one by hand is a flow of the book; the same again is another one', async () => {
    await begin({ market: marketOf([]) })
    const request = { owner: LOCAL_OWNER, portfolio: 'main', flow }
    const first = await addFlow(request, world.io)
    const second = await addFlow({ ...request, flow: { ...flow, note: 'again' } }, world.io)
    expect([first.ordinal, second.ordinal]).toEqual([0, 1])
    expect(await list()).toEqual([
      ['hand', '0.1'],
      ['hand', '0.1'],
    ])
  })

  test('one that cannot be is refused', async () => {
    await begin({ market: marketOf([]) })
    const request = { owner: LOCAL_OWNER, portfolio: 'main' }
    for (const part of [
      { quantity: '-0.1' },
      { fee: '-5' },
      { fee: null, feeAsset: BTC },
      { unitPrice: 'x' },
    ]) {
      const refused = addFlow({ ...request, flow: { ...flow, ...part } }, world.io)
      await expect(refused).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    }
    expect(await list()).toEqual([])
  })
})
