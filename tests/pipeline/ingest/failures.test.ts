import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { hourly, marketOf, run } from '../markets.ts'
import { BTC, ETH, hour, startWorld, type World, type WorldOptions } from '../world.ts'
import { heldHours } from '../held-hours.ts'

let world: World
afterEach(() => world.close())
const begin = async (options: WorldOptions) => (world = await startWorld(options))
const twelve = Array.from({ length: 12 }, (_, index) => hourly(`coin-${index}`))

describe('what fails', () => {
  test('hours beyond the reach of the plan are a gap, listed once, and no request', async () => {
    await begin({ market: marketOf([hourly('bitcoin', { from: -24 * 370 })]), plan: 'public' })
    const request = { assets: [BTC], from: hour(-24 * 370) }
    const summary = await world.ingest(request)
    expect(summary.failures).toEqual([])
    expect(summary.gaps.left).toBe(5 * 24 + 2)
    const [gap, ...others] = await world.store.gaps()
    expect(others).toEqual([])
    // 365 days less an hour, and the hour that is running counts in full.
    expect(gap).toMatchObject({ ...run(-24 * 371, -24 * 365 + 2), reason: 'plan-reach', tries: 0 })
    await world.ingest(request)
    expect(await world.store.gaps()).toEqual([gap])
  })

  test('a refusal for reach (401, 10012) is a gap beyond the plan, not a bad key, and the others go on', async () => {
    // The client believes in a thousand days; the host gives 365.
    await begin({
      market: marketOf([hourly('bitcoin', { from: -24 * 400 }), hourly('ethereum')]),
      plan: 'public',
      historyDays: 1000,
    })
    const summary = await world.ingest({ assets: [BTC, ETH], from: hour(-24 * 380), to: hour(-24 * 375) })
    expect(summary.exitCode).toBe(3)
    expect(summary.failures.map(({ code, item }) => [code, item])).toEqual([
      ['PROVIDER_REFUSED', 'bitcoin/usd'],
      ['PROVIDER_REFUSED', 'ethereum/usd'],
    ])
    const gaps = await world.store.gaps()
    expect(gaps.map(({ reason, tries }) => [reason, tries])).toEqual([
      ['plan-reach', 1],
      ['plan-reach', 1],
    ])
    world.calls()
    await world.ingest({ assets: [BTC, ETH], from: hour(-24 * 380), to: hour(-24 * 375) })
    expect(world.calls()).toEqual([])
  })

  test('a refused key stops that provider at once: exit 4', async () => {
    await begin({ market: marketOf(twelve), apiKey: 'wrong' })
    const assets = twelve.map(({ id }) => id as AssetId)
    const summary = await world.ingest({ assets })
    // The list of coins, and what was in flight when the first refusal came.
    expect(world.calls().length).toBeLessThanOrEqual(1 + 4)
    expect(summary.failures.at(-1)).toMatchObject({ item: 'prices', code: 'CREDENTIAL_REFUSED', count: 8 })
    expect(summary).toMatchObject({ exitCode: 4, outcome: 'failed', next: 'tidemark doctor' })
    expect(JSON.stringify(summary)).not.toContain('wrong')
    expect(await world.store.gaps()).toEqual([])
  })

  test('a provider that is down ends with exit 7, and the next run goes on', async () => {
    let down = true
    await begin({
      market: marketOf([hourly('bitcoin')]),
      alter: (reply) => (down ? { status: 503, body: {} } : reply),
    })
    const summary = await world.ingest({ assets: [BTC] })
    expect(summary).toMatchObject({ exitCode: 7, outcome: 'failed', next: 'tidemark ingest' })
    down = false
    expect(await world.ingest({ assets: [BTC] })).toMatchObject({ exitCode: 0, gaps: { left: 0 } })
  })

  test('F32: a poison answer is rejected after its retries, the others go on, exit 3', async () => {
    const poison = ['<html>captive portal</html>', '{"prices": [[17', '{"prices":[]}', '[1,2', 'null']
    const ids = poison.map((_, index) => `poison-${index}`)
    await begin({
      market: marketOf([hourly('bitcoin'), ...ids.map((id) => hourly(id))]),
      intercept: ({ path }, _request, response) => {
        const found = ids.findIndex((id) => path.includes(`/${id}/`))
        if (found < 0) return false
        response.writeHead(200, { 'content-type': found === 0 ? 'text/html' : 'application/json' })
        response.end(poison[found])
        return true
      },
    })
    const assets = [...ids, 'bitcoin'] as AssetId[]
    const summary = await world.ingest({ assets })
    expect(summary).toMatchObject({ exitCode: 3, outcome: 'partial' })
    expect(summary.failures.map(({ item, code }) => [item, code]).sort()).toEqual(
      ids.map((id) => [`${id}/usd`, 'PROVIDER_ANSWER']),
    )
    expect(await heldHours(world)).toHaveLength(193)
    for (const id of ids) expect(await heldHours(world, id as AssetId)).toEqual([])
    expect((await world.store.gaps()).map(({ asset, reason }) => [asset, reason])).toEqual(
      ids.map((id) => [id, 'failed']),
    )
  })

  test('an id that is not listed is asked for once, then by back-off; exit 3', async () => {
    await begin({ market: marketOf([hourly('bitcoin')]) })
    const nothing = 'no-such-coin' as AssetId
    const summary = await world.ingest({ assets: [nothing, BTC], days: 900 })
    expect(summary.exitCode).toBe(3)
    const asked = world.calls().filter((path) => path.includes(`${nothing}/market_chart`))
    expect(asked.length).toBeLessThanOrEqual(4)
    const gaps = (await world.store.gaps()).filter(({ asset }) => asset === nothing)
    for (const gap of gaps) expect(gap).toMatchObject({ reason: 'not-listed', tries: 1 })
    await world.ingest({ assets: [nothing] })
    expect(world.calls().filter((path) => path.includes('market_chart'))).toEqual([])
  })
})
