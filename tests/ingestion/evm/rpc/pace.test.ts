import { expect, test } from 'vitest'
import { mannerOf } from '#ingestion/evm/rpc/hosts.ts'
import { Pace } from '#ingestion/evm/rpc/pace.ts'

function paced(highest: number) {
  const clock = { now: 1_000_000 }
  const line = { held: 0, perMinute: highest * 60, hold: (ms: number) => void (line.held = ms), pace }
  function pace(perMinute: number) {
    line.perMinute = perMinute
  }
  return { line, clock, pace: new Pace(line, highest, () => clock.now) }
}

test('refusals of one moment halve the rate once, later ones again, and calm brings it back slowly', () => {
  const { line, clock, pace } = paced(100)
  for (let at = 0; at < 5; at++) pace.limited(null)
  expect(line.perMinute).toBe(50 * 60)
  expect(line.held).toBeGreaterThanOrEqual(500)
  expect(line.held).toBeLessThanOrEqual(550)
  clock.now += 2_000
  pace.limited(null)
  expect([line.perMinute, line.held >= 1_000]).toEqual([25 * 60, true])
  // One answer is no calm.
  pace.fine()
  expect(line.perMinute).toBe(25 * 60)
  clock.now += 10_000
  pace.fine()
  pace.fine()
  expect(line.perMinute).toBe(35 * 60)
  for (let at = 0; at < 20; at++) {
    clock.now += 10_000
    pace.fine()
  }
  expect(line.perMinute).toBe(100 * 60)
})

test('what a host asks for is waited, and what is too long is told, not stood in line for', () => {
  const { line, pace } = paced(10)
  pace.limited(3_000)
  expect(line.held).toBeGreaterThanOrEqual(3_000)
  pace.limited(3_600_000)
  expect(line.held).toBe(30_000)
  expect(pace.heldMs).toBeGreaterThanOrEqual(3_600_000)
})

test('the rate never falls below one request a second', () => {
  const { line, clock, pace } = paced(2)
  for (let at = 0; at < 10; at++, clock.now += 2_000) pace.limited(null)
  expect(line.perMinute).toBe(60)
})

test.each([
  ['http://127.0.0.1:8545', 100],
  ['http://[::1]:8545', 100],
  ['http://erigon:8545', 100],
  ['http://192.168.1.7:8545', 100],
  ['http://172.16.0.1:8545', 100],
  ['https://eth-mainnet.g.alchemy.com/v2/k', 25],
  ['https://mainnet.infura.io/v3/k', 25],
  ['https://x.quiknode.pro/k/', 25],
  ['https://ethereum-rpc.publicnode.com', 10],
  ['https://g.alchemy.com.example.org', 10],
  ['http://172.32.0.1:8545', 10],
])('%s is asked at most %d times a second', (url, rate) => {
  expect(mannerOf(url).rate).toBe(rate)
})
