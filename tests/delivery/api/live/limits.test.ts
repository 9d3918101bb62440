import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { expect, onTestFinished, test } from 'vitest'
import {
  client,
  held,
  HOUR,
  lasting,
  liveStand,
  portfolioOf,
  price,
  signedIn,
  type LiveStand,
} from './stand.ts'

const MINUTE = 60_000

async function withAda(more: Parameters<typeof liveStand>[0] = {}) {
  const stand = await liveStand({ interval: 20, ...more })
  const ada = await signedIn(stand, 'ada')
  await price(stand, 'bitcoin', [60_000, 60_500, 61_000])
  await stand.store.writePortfolio(portfolioOf(ada.user.owner, 'main', [held('bitcoin', '1')]))
  return { ...stand, ...ada }
}

test('A22: what is too large, binary, or too much ends the connection, each with its code', async () => {
  const stand = await withAda()
  const fresh = () => client(stand, stand.token)
  const large = await fresh()
  large.socket.send(Buffer.alloc(10_000_000, 32).toString())
  expect(await large.closed).toBe(1009)
  const fragments = await fresh()
  for (let part = 0; part < 200 && fragments.socket.readyState === WebSocket.OPEN; part++)
    fragments.socket.send(' '.repeat(1_000), { fin: false })
  expect(await fragments.closed).toBe(1009)
  const bomb = await fresh()
  bomb.socket.send('0'.repeat(10_000_000), { compress: true })
  expect(await bomb.closed).toBe(1009)
  const binary = await fresh()
  binary.socket.send(Buffer.from([1, 2, 3]))
  expect(await binary.closed).toBe(1003)
  const flood = await fresh()
  for (let count = 0; count < 10_000; count++) flood.socket.send('{"type":"snapshot","portfolio":"main"}')
  expect(await flood.closed).toBe(1008)
  expect(flood.told.filter(({ type }) => type === 'refused').length).toBeLessThanOrEqual(100)
  const pings = await fresh()
  for (let count = 0; count < 500; count++) pings.socket.ping()
  // The library does not always get its reason out between so many answers.
  expect([1006, 1008]).toContain(await pings.closed)
  expect(stand.live.connections()).toBe(0)
})

test('A22: what is no message is refused, and the connection goes on', async () => {
  const stand = await withAda()
  const ada = await client(stand, stand.token)
  const texts = [
    'no json',
    '{"type":"unknown"}',
    '{"type":"watch"}',
    '{"type":"watch","portfolios":["main"],"more":1}',
    '{"type":"watch","portfolios":[["main"]]}',
    '{"__proto__":{"type":"watch"}}',
    '[]',
    'null',
    `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    JSON.stringify({ type: 'watch', portfolios: Array.from({ length: 51 }, () => 'main') }),
  ]
  for (const text of texts) {
    ada.socket.send(text)
    expect((await ada.next('refused')).code, text.slice(0, 40)).toBe('INVALID')
  }
  ada.say({ type: 'watch', portfolios: ['main'] })
  expect((await ada.next('snapshot')).portfolio).toBe('main')
})

/** Ticks without end, so that whoever does not read falls behind. */
function ticking(stand: LiveStand): void {
  let cents = 0
  const timer = setInterval(() => stand.prices.set('bitcoin', 62_000 + ++cents / 100, HOUR + MINUTE), 5)
  onTestFinished(() => clearInterval(timer))
}

test('F36: who stops reading misses messages and is cut off with 1013; others are told as ever', async () => {
  // What the system keeps for a reader is several megabytes on the loopback: next to nothing may wait here.
  const stand = await withAda({ interval: 1, limits: { waiting: 2_000, waitMs: 100, perMinute: 10_000 } })
  const many = Array.from({ length: 20 }, (_, at) => held(`a-coin-whose-name-is-long-${at}`, '1'))
  await stand.store.writePortfolio(portfolioOf(stand.user.owner, 'main', [held('bitcoin', '1'), ...many]))
  const reader = await client(stand, stand.token)
  reader.say({ type: 'watch', portfolios: ['main'] })
  const still = await client(stand, stand.token, { perMessageDeflate: false })
  still.say({ type: 'watch', portfolios: ['main'] })
  await Promise.all([still.next('snapshot'), reader.next('snapshot')])
  still.socket.pause()
  ticking(stand)
  // Snapshots that are asked for and not read fill the line.
  for (let count = 0; count < 9_000; count++) still.socket.send('{"type":"snapshot","portfolio":"main"}')
  const gone = async () => {
    stand.clock.now += 50
    return stand.live.connections()
  }
  await expect.poll(gone, { timeout: 30_000 }).toBe(1)
  const count = reader.told.length
  await expect.poll(() => reader.told.length).toBeGreaterThan(count + 5)
  still.socket.resume()
  expect([1006, 1013]).toContain(await still.closed)
  const counted = reader.told.flatMap((message) => ('sequence' in message ? [message.sequence] : []))
  expect(counted).toEqual(counted.map((_, at) => (counted[0] as number) + at))
})

test('F36: a hole in the sequence is mended by a snapshot, and client and REST agree in the end', async () => {
  const stand = await withAda({ interval: 5 })
  const ada = await client(stand, await lasting(stand, stand.user))
  ada.say({ type: 'watch', portfolios: ['main'] })
  let { sequence } = await ada.next('snapshot')
  stand.prices.set('bitcoin', 63_000, HOUR + MINUTE)
  await ada.next('delta')
  stand.prices.set('bitcoin', 64_000, HOUR + 2 * MINUTE)
  const second = await ada.next('delta')
  // As if the first delta had been lost.
  expect(second.sequence).toBe(sequence + 2)
  ada.say({ type: 'snapshot', portfolio: 'main' })
  const whole = await ada.next('snapshot')
  expect([whole.sequence, whole.total]).toEqual([second.sequence, second.total])
  sequence = whole.sequence
  // The hour is computed with the price that was live.
  stand.clock.now = HOUR + 65 * MINUTE
  await price(stand, 'bitcoin', [64_000], HOUR + 60 * MINUTE)
  expect((await ada.next('hour')).sequence).toBe(sequence + 1)
  expect(await ada.next('snapshot')).toMatchObject({ total: whole.total, asOf: '2026-11-20T13:00:00Z' })
})

test('F36: a storm of 1,000 that come back at once is told one snapshot each, and the portfolio is read once', async () => {
  const stand = await withAda({ limits: { perUser: 2_000 }, interval: null })
  const storm = async () => {
    const clients = await Promise.all(Array.from({ length: 1_000 }, () => client(stand, stand.token)))
    await Promise.all(
      clients.map(async (each) => {
        each.say({ type: 'watch', portfolios: ['main'] })
        await each.next('snapshot')
      }),
    )
    return clients
  }
  const first = await storm()
  expect(stand.read()).toBe(1)
  for (const { socket } of first) socket.terminate()
  const second = await storm()
  expect(stand.read()).toBe(1)
  await expect.poll(() => stand.live.connections()).toBe(1_000)
  for (const { told } of second) expect(told.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
})

test('one price reaches 1,000 clients once each; memory is as it was when they have gone', async () => {
  const stand = await withAda({ limits: { perUser: 2_000 } })
  const clients = await Promise.all(Array.from({ length: 1_000 }, () => client(stand, stand.token)))
  for (const each of clients) each.say({ type: 'watch', portfolios: ['main'] })
  await Promise.all(clients.map((each) => each.next('snapshot')))
  const from = performance.now()
  stand.prices.set('bitcoin', 70_000, HOUR + MINUTE)
  const deltas = await Promise.all(clients.map((each) => each.next('delta')))
  console.info(`from a price to the last of 1,000: ${(performance.now() - from).toFixed(0)} ms`)
  expect(new Set(deltas.map((delta) => JSON.stringify(delta))).size).toBe(1)
  for (const { socket } of clients) socket.close()
  await Promise.all(clients.map(({ closed }) => closed))
  await expect.poll(() => stand.live.connections()).toBe(0)
  await setTimeout(50)
  for (const { told } of clients) expect(told.filter(({ type }) => type === 'delta')).toHaveLength(1)
})
