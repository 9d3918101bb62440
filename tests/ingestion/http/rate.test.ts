import { expect, test } from 'vitest'
import { createHttp } from '#ingestion/http/http.ts'
import { MinuteWindow } from '#ingestion/http/window.ts'
import { peakPerMinute } from '#scripts/simulator/rate.ts'
import { misbehaving } from '#tests/support/provider-server.ts'

const RATE = 600
const SECONDS = 70

test(
  `a long backfill uses 95 % of the rate and never more in any sliding minute (${SECONDS} s)`,
  { timeout: 120_000 },
  async () => {
    // A provider that takes its time: what is under way must not slow down what is sent.
    const server = await misbehaving((call) => (_request, response) => {
      setTimeout(() => response.writeHead(200).end('{}'), 150 + (call % 5) * 100)
    })
    const http = createHttp({ provider: 'test', baseUrl: server.url, perMinute: RATE })
    const stop = new AbortController()
    const calls: Promise<unknown>[] = []
    for (let call = 0; call < (RATE / 60) * SECONDS * 2; call++) {
      calls.push(http.getJson(`/${call}`, { signal: stop.signal }).catch(() => undefined))
    }
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
    stop.abort()
    await Promise.all(calls)
    http.close()
    await server.close()
    const times = server.arrivals.map(({ at }) => at)
    const spent = ((times.at(-1) as number) - (times[0] as number)) / 1000
    expect(spent).toBeGreaterThan(60)
    expect(peakPerMinute(times)).toBeLessThanOrEqual(RATE)
    expect((times.length - 1) / spent).toBeGreaterThanOrEqual((RATE / 60) * 0.95)
  },
)

test('calls that fire in a bunch after a stall still keep the minute', () => {
  const window = new MinuteWindow(5, 500)
  const sent = Array.from({ length: 12 }, () => window.reserve(1_000) + 1_000)
  expect(sent.slice(0, 5)).toEqual(Array(5).fill(1_000))
  expect(sent.slice(5, 10)).toEqual(Array(5).fill(61_500))
  expect(peakPerMinute(sent)).toBe(5)
})
