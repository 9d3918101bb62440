import { expect, test } from 'vitest'
import type { ToldLive } from '#delivery/api/contract/live.ts'
import { told } from '#delivery/api/contract/live.ts'
import {
  call,
  client,
  held,
  HOUR,
  lasting,
  liveStand,
  portfolioOf,
  price,
  session,
  signedIn,
} from './stand.ts'

const HOURS = 30
const walkFrom = (start: number) => Array.from({ length: HOURS }, (_, hour) => start + ((hour * 37) % 11))
const MINUTE = 60_000

/** A portfolio of three assets, one of which was never priced. */
async function watched(more: Parameters<typeof liveStand>[0] = {}) {
  const stand = await liveStand({ interval: 20, ...more })
  await price(stand, 'bitcoin', walkFrom(60_000))
  await price(stand, 'ethereum', walkFrom(3_000))
  const { token, user } = await signedIn(stand, 'ada', 'admin')
  const holdings = [held('bitcoin', '0.1234567'), held('ethereum', '3.3'), held('unpriced', '7')]
  await stand.store.writePortfolio(portfolioOf(user.owner, 'main', holdings))
  return { ...stand, token, user }
}

type Total = {
  value: string | null
  quality: string
  coverage: number
  change24h: { pnl: string | null; fraction: number | null } | null
}
const restTotal = async (stand: Awaited<ReturnType<typeof watched>>) =>
  (await call(stand, 'GET', '/portfolio?portfolio=main', stand.token)).body['total'] as Total

test('where nothing is newer than the last mark, a snapshot says what REST says, to the last digit', async () => {
  const stand = await watched({ interval: null })
  const ada = await client(stand, stand.token)
  expect(await ada.next('welcome')).toEqual({
    type: 'welcome',
    user: 'ada',
    interval: null,
    why: 'not asked yet',
  })
  ada.say({ type: 'watch', portfolios: ['main'] })
  const snapshot = await ada.next('snapshot')
  const { value, quality, coverage, change24h } = await restTotal(stand)
  expect(value).not.toBeNull()
  expect(change24h?.pnl).not.toBeNull()
  expect(snapshot).toMatchObject({ total: value, quality, coverage, change24h })
  expect(snapshot.asOf).toBe('2026-11-20T12:00:00Z')
  expect(snapshot.top.map(({ asset }) => asset)).toEqual(['ethereum', 'bitcoin', 'unpriced'])
  expect(snapshot.top.at(-1)).toMatchObject({ price: null, value: null, share: null, quality: 'missing' })
  // The interval was found out meanwhile, and is told.
  expect((await ada.next('welcome')).why).toBe('an invented market has no prices of now')
})

test('a newer price values the portfolio anew: total, change and shares of one moment, in a delta under a kilobyte', async () => {
  const stand = await watched()
  const ada = await client(stand, stand.token)
  ada.say({ type: 'watch', portfolios: ['main'] })
  const before = await ada.next('snapshot')
  stand.prices.set('bitcoin', 70_000, HOUR + 10 * MINUTE)
  const delta = await ada.next('delta')
  // 0.1234567 × 70,000 + 3.3 × 3,008 (the mark of 12:00, since nothing newer is known of it)
  const eth = Number(walkFrom(3_000).at(-1))
  const total = 0.1234567 * 70_000 + 3.3 * eth
  expect(Number(delta.total)).toBeCloseTo(total, 6)
  expect(delta).toMatchObject({ portfolio: 'main', sequence: before.sequence + 1, quality: 'ok' })
  expect(delta.asOf).toBe('2026-11-20T12:10:00Z')
  expect(delta.assets).toEqual([
    {
      asset: 'bitcoin',
      symbol: 'bitcoin',
      price: '70000',
      value: '8641.969',
      share: Number((8641.969 / total).toFixed(6)),
      quality: 'ok',
    },
  ])
  const was = before.change24h as { pnl: string; fraction: number }
  const made = Number(was.pnl) + 0.1234567 * (70_000 - Number(walkFrom(60_000).at(-1)))
  expect(Number(delta.change24h?.pnl)).toBeCloseTo(made, 6)
  expect(Buffer.byteLength(JSON.stringify(delta))).toBeLessThan(1_024)
  // Prices that stay as they are say nothing.
  const asked = stand.prices.asked.length
  await expect.poll(() => stand.prices.asked.length).toBeGreaterThan(asked + 2)
  expect(ada.told.filter(({ type }) => type === 'delta')).toHaveLength(1)
  for (const message of ada.told) expect(told.safeParse(message).success).toBe(true)
})

test('an hour later the change begins an hour later, and what has no price of now is carried, then missing', async () => {
  const stand = await watched()
  const ada = await client(stand, stand.token)
  ada.say({ type: 'watch', portfolios: ['main'] })
  await ada.next('snapshot')
  stand.prices.set('bitcoin', 61_000, HOUR + 61 * MINUTE)
  const carried = await ada.next('delta')
  const [btc, eth] = [walkFrom(60_000), walkFrom(3_000)]
  const start = HOURS - 1 - 23
  const made = 0.1234567 * (61_000 - Number(btc[start])) + 3.3 * (Number(eth.at(-1)) - Number(eth[start]))
  expect(Number(carried.change24h?.pnl)).toBeCloseTo(made, 6)
  expect(carried.quality).toBe('carried')
  stand.prices.set('bitcoin', 61_500, HOUR + 4 * 60 * MINUTE)
  const missing = await ada.next('delta')
  // The total does not move because a price went away; its coverage says so.
  expect(Number(missing.total)).toBeCloseTo(0.1234567 * 61_500 + 3.3 * Number(eth.at(-1)), 6)
  expect(missing.coverage).toBeCloseTo((0.1234567 * 61_500) / Number(missing.total), 9)
})

test('without amounts: prices, shares and per cents stay, in snapshots and deltas', async () => {
  const stand = await watched()
  const link = await call(stand, 'POST', '/shares', stand.token, { portfolio: 'main', hideAmounts: true })
  const text = String(link.body['link']).replace('/#share=', '')
  const opened = await call(stand, 'POST', '/session/share', null, { token: text })
  const guest = await client(stand, String(opened.body['accessToken']))
  guest.say({ type: 'watch', portfolios: ['main'] })
  const snapshot = await guest.next('snapshot')
  stand.prices.set('bitcoin', 70_000, HOUR + 10 * MINUTE)
  const delta = await guest.next('delta')
  for (const message of [snapshot, delta]) {
    expect([message.total, message.change24h?.pnl]).toEqual([null, null])
    expect(message.change24h?.fraction).toEqual(expect.any(Number))
  }
  expect(delta.assets[0]).toMatchObject({ price: '70000', value: null, share: expect.any(Number) as number })
  // What else is there is not there for a link.
  guest.say({ type: 'watch', portfolios: ['other'] })
  expect(await guest.next('refused')).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no such portfolio.',
  })
})

test('new hours and new holdings written by another process are told, and then REST and client say the same', async () => {
  const stand = await watched({ interval: null })
  const ada = await client(stand, await lasting(stand, stand.user))
  ada.say({ type: 'watch', portfolios: ['main'] })
  await ada.next('snapshot')
  await stand.store.writePortfolio(portfolioOf(stand.user.owner, 'main', [held('bitcoin', '2')]))
  expect(await ada.next('changed')).toMatchObject({ what: 'flows' })
  const after = await ada.next('snapshot')
  expect(after.total).toBe((await restTotal(stand)).value)
  stand.clock.now = HOUR + 90 * MINUTE
  await price(stand, 'bitcoin', [65_432.1], HOUR + 60 * MINUTE)
  expect(await ada.next('hour')).toMatchObject({ hour: '2026-11-20T13:00:00Z' })
  const later = await ada.next('snapshot')
  const { token } = await session(stand, 'ada')
  const { value, change24h } = await restTotal({ ...stand, token })
  expect(later).toMatchObject({ total: value, change24h, asOf: '2026-11-20T13:00:00Z' })
  // Nothing that was told is missing in the count.
  const counted = ada.told.flatMap((message) => ('sequence' in message ? [message.sequence] : []))
  expect(counted).toEqual([0, 1, 2, 3, 4])
})

test('a run is told to those who look after the server, and to nobody else', async () => {
  const stand = await watched({ interval: null })
  const bob = await signedIn(stand, 'bob')
  const [admin, owner] = [await client(stand, stand.token), await client(stand, bob.token)]
  await Promise.all([admin.next('welcome'), owner.next('welcome')])
  const event = (type: object) => stand.news.tell({ type: 'run', owner: 'local', event: type as never })
  event({ type: 'start', run: 'r1', command: 'ingest', at: HOUR })
  event({ type: 'stage', stage: 'prices', total: 4 })
  event({ type: 'progress', stage: 'prices', done: 2, total: 4, failed: 1, item: 'bitcoin/usd' })
  const late = await client(stand, stand.token)
  expect(await late.next('run')).toMatchObject({ run: 'r1', done: 2 })
  event({ type: 'end', run: 'r1', command: 'ingest', exitCode: 3, at: HOUR + 1_000 })
  const runs = [
    await admin.next('run'),
    await admin.next('run'),
    await admin.next('run'),
    await admin.next('run'),
  ]
  expect(runs.map(({ state, done, exitCode }) => [state, done, exitCode])).toEqual([
    ['running', 0, null],
    ['running', 0, null],
    ['running', 2, null],
    ['partial', 2, 3],
  ])
  expect(owner.told.map(({ type }: ToldLive) => type)).toEqual(['welcome'])
})
