import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { ProviderError } from '#ingestion/http/failure.ts'
import { createHttp, type Http } from '#ingestion/http/http.ts'
import type { HttpOptions } from '#ingestion/http/options.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function provider(answer: (call: number) => fault.Fault): Promise<Misbehaving> {
  const server = await misbehaving(answer)
  open.push(server)
  return server
}

function client(url: string, options: Partial<HttpOptions> = {}): Http {
  const http = createHttp({
    provider: 'test',
    baseUrl: url,
    perMinute: 60_000,
    ...options,
    limits: { connectMs: 300, headersMs: 300, totalMs: 500, maxBytes: 100_000, ...options.limits },
    retry: { retries: 3, minMs: 5, maxMs: 20, rateLimitMs: 100, ...options.retry },
  })
  open.push(http)
  return http
}

const never = new AbortController().signal
const get = (http: Http, signal = never) => http.getJson('/path', { query: { q: 'x' }, signal })

async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await promise.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ProviderError)
  return error as ProviderError
}

describe('what can pass is tried again, what cannot is not', () => {
  test.each([408, 500, 502, 503, 504])('HTTP %i, then the answer', async (code) => {
    const server = await provider((call) => (call < 2 ? fault.status(code) : json({ fine: true })))
    const http = client(server.url)
    expect((await get(http)).value).toEqual({ fine: true })
    expect(http.report()).toMatchObject({ calls: 3, retries: 2, failed: 0, rateLimited: 0 })
  })

  test.each([
    [400, 'PROVIDER_REFUSED'],
    [401, 'CREDENTIAL_REFUSED'],
    [403, 'PROVIDER_REFUSED'],
    [404, 'PROVIDER_REFUSED'],
    [422, 'PROVIDER_REFUSED'],
  ])('HTTP %i is final: %s', async (code, expected) => {
    const server = await provider(() => fault.status(code))
    const http = client(server.url)
    expect(await failure(get(http))).toMatchObject({ code: expected, status: code })
    expect(server.arrivals).toHaveLength(1)
    expect(http.report()).toMatchObject({ calls: 1, retries: 0, failed: 1 })
  })

  test('a provider that always fails is given up after its retries, with what was met', async () => {
    const server = await provider(() => fault.status(500))
    const error = await failure(get(client(server.url)))
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', kind: 'server', exitCode: 7 })
    expect(error.tried).toEqual([expect.stringContaining('HTTP 500')])
    expect(server.arrivals).toHaveLength(4)
  })

  test('a cut connection, then the answer', async () => {
    const server = await provider((call) => (call === 0 ? fault.reset : json([1])))
    expect((await get(client(server.url))).value).toEqual([1])
  })

  test('a refused connection names the host', async () => {
    const server = await provider(() => json({}))
    await server.close()
    const error = await failure(get(client(server.url, { retry: { retries: 0 } })))
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', kind: 'unreachable' })
    expect(error.message).toContain(`127.0.0.1:${server.port}/path`)
    expect(error.message).toContain('ECONNREFUSED')
  })

  test('a redirect is not followed and names where it leads', async () => {
    const other = await provider(() => json({ stolen: true }))
    const server = await provider(() => fault.redirect(`${other.url}/?key=1`))
    const error = await failure(get(client(server.url, { headers: { 'x-key': 'secret' } })))
    expect(error.message).toContain(`redirects to 127.0.0.1:${other.port}`)
    expect(error.code).toBe('PROVIDER_REFUSED')
    expect(other.arrivals).toHaveLength(0)
    expect(server.arrivals).toHaveLength(1)
  })

  test('the loopback is called directly although a proxy is set', async () => {
    const server = await provider(() => json({ direct: true }))
    const saved = { ...process.env }
    Object.assign(process.env, {
      HTTP_PROXY: 'http://127.0.0.1:9',
      http_proxy: 'http://127.0.0.1:9',
      NO_PROXY: '',
    })
    try {
      expect((await get(client(server.url))).value).toEqual({ direct: true })
    } finally {
      process.env = saved
    }
  })
})

describe('F8: 429 and Retry-After', () => {
  test('F8: seconds hold back every call, and none comes early', async () => {
    const server = await provider((call) => (call === 0 ? fault.tooMany('1') : json(call)))
    const http = client(server.url)
    await Promise.all(Array.from({ length: 8 }, () => get(http)))
    const [first, ...others] = server.arrivals.map(({ at }) => at)
    // Calls that were on their way already may arrive; nothing is sent from the 429 until its second is over.
    const after = others.filter((at) => at - (first as number) > 100)
    expect(after.length).toBeGreaterThan(0)
    expect(Math.min(...after) - (first as number)).toBeGreaterThanOrEqual(990)
    expect(http.report().rateLimited).toBe(1)
  })

  test('F8: a date does the same', async () => {
    const answer = (call: number): fault.Fault =>
      call === 0
        ? (_request, response) => {
            const now = Date.now()
            const until = new Date(now + 1_000).toUTCString()
            response
              .writeHead(429, { date: new Date(now).toUTCString(), 'retry-after': until })
              .end('Throttled')
          }
        : json({})
    const server = await provider(answer)
    await get(client(server.url))
    const [first, second] = server.arrivals.map(({ at }) => at)
    expect((second as number) - (first as number)).toBeGreaterThanOrEqual(990)
  })

  test('F8: without one the wait is the contract’s, and grows while 429s go on', async () => {
    const server = await provider((call) => (call < 3 ? fault.tooMany(null) : json({})))
    await get(client(server.url))
    const times = server.arrivals.map(({ at }) => at)
    const waits = times.slice(1).map((at, index) => at - (times[index] as number))
    for (const [index, least] of [100, 200, 400].entries())
      expect(waits[index]).toBeGreaterThanOrEqual(least - 10)
  })

  test('F8: a day is beyond the cap: the provider is postponed, calls fail at once and none is sent', async () => {
    const server = await provider(() => fault.tooMany('86400'))
    const http = client(server.url, { retryAfterCapMs: 120_000 })
    const errors = await Promise.all([failure(get(http)), failure(get(http)), failure(get(http))])
    for (const error of errors)
      expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', kind: 'postponed' })
    const sent = server.arrivals.length
    expect(await failure(get(http))).toMatchObject({ kind: 'postponed' })
    expect(server.arrivals).toHaveLength(sent)
  })

  test('F8: 429s that go on and on are not waited out for ever', async () => {
    const server = await provider(() => fault.tooMany('0'))
    const error = await failure(get(client(server.url, { retry: { rateLimitPatienceMs: 50 } })))
    expect(error).toMatchObject({ kind: 'postponed', code: 'PROVIDER_UNAVAILABLE' })
  })

  test('F8: calls in line wait too, and leave one spacing apart when the wait is over: no stampede', async () => {
    const server = await provider((call) => (call === 0 ? fault.tooMany('1') : json(call)))
    const http = client(server.url, { perMinute: 600 })
    await Promise.all(Array.from({ length: 6 }, () => get(http)))
    const [first, ...others] = server.arrivals.map(({ at }) => at)
    expect(others).toHaveLength(6)
    expect((others[0] as number) - (first as number)).toBeGreaterThanOrEqual(990)
    // Five spacings of 100 ms; of a single one a busy machine takes too much, or gives.
    expect((others.at(-1) as number) - (others[0] as number)).toBeGreaterThan(400)
  })
})

describe('F10: hanging and dripping providers', () => {
  const once = { retry: { retries: 0 } }

  test('F10: never answers: cut at the limit for headers', async () => {
    const server = await provider(() => fault.hang)
    const started = performance.now()
    const error = await failure(get(client(server.url, once)))
    expect(error).toMatchObject({ kind: 'timeout', code: 'PROVIDER_UNAVAILABLE' })
    expect(error.message).toContain('no answer began within 0.3 s')
    expect(performance.now() - started).toBeLessThan(1_500)
  })

  test('F10: drips the status line: cut at the limit for headers', async () => {
    const server = await provider(() => fault.dripHeaders(40))
    expect((await failure(get(client(server.url, once)))).message).toContain('no answer began')
  })

  test('F10: drips the body: cut at the limit for the whole', async () => {
    const server = await provider(() => fault.drip(40))
    const started = performance.now()
    expect((await failure(get(client(server.url, once)))).message).toContain('more than 0.5 s')
    expect(performance.now() - started).toBeLessThan(1_500)
  })

  test('F10: a worker is free again: the next call is answered', async () => {
    const server = await provider((call) => (call < 4 ? fault.hang : json({ fine: 1 })))
    const http = client(server.url, { ...once, maxConcurrent: 2 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => get(http)))
    expect(results.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ])
  })

  test('F10: a connection that never stands: cut at the limit for connecting', async () => {
    // A server that takes the connection and never begins TLS.
    const silent = createServer((socket) => socket.resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => new Promise((resolve) => silent.close(resolve)) })
    const { port } = silent.address() as AddressInfo
    const limits = { connectMs: 150, headersMs: 5_000, totalMs: 5_000 }
    const error = await failure(get(client(`https://127.0.0.1:${port}`, { ...once, limits })))
    expect(error).toMatchObject({ kind: 'timeout', code: 'PROVIDER_UNAVAILABLE' })
    expect(error.message).toContain('no connection within 0.15 s')
  })

  test('F10: an endless body is cut at the cap', async () => {
    const server = await provider(() => fault.endless())
    expect(await failure(get(client(server.url)))).toMatchObject({
      kind: 'too-large',
      code: 'PROVIDER_ANSWER',
    })
    expect(server.arrivals).toHaveLength(1)
  })
})

describe('F12: damaged answers', () => {
  const body = JSON.stringify({
    prices: Array.from({ length: 40 }, (_, i) => [1.7e12 + i * 3.6e6, 100 + i / 7]),
  })
  const offsets = Array.from({ length: 50 }, (_, index) => Math.floor((index * body.length) / 50))

  test('F12: cut off at any of 50 places, properly or not: rejected, tried again, counted', async () => {
    for (const cut of [fault.truncated, fault.shortened]) {
      let call = 0
      const server = await provider(() => cut(body, offsets[call++ % 50] as number))
      const http = client(server.url, { retry: { retries: 0 }, perMinute: 600_000 })
      for (const offset of offsets) {
        const error = await failure(get(http))
        expect([offset, error.kind]).toEqual([offset, expect.stringMatching(/^(answer|unreachable)$/)])
      }
      expect(http.report()).toMatchObject({ calls: 50, failed: 50 })
    }
  })

  test.each([
    ['truncated gzip', fault.truncatedGzip(body, 60)],
    ['a longer Content-Length than body', fault.wrongLength(body, 100)],
    ['a shorter Content-Length than body', fault.wrongLength(body, -100)],
    ['HTML with 200', fault.html],
    ['an empty body', fault.status(200, '')],
    ['NaN', fault.status(200, '{"prices":[[1,NaN]]}')],
    ['no content', fault.status(204, '')],
  ])('F12: %s, then the answer', async (_name, damage) => {
    const server = await provider((call) => (call === 0 ? damage : fault.status(200, body)))
    const http = client(server.url)
    expect((await get(http)).value).toEqual(JSON.parse(body))
    expect(http.report().retries).toBe(1)
  })

  test('F12: for good: PROVIDER_ANSWER, or unavailable where the connection was cut', async () => {
    const server = await provider(() => fault.html)
    const error = await failure(get(client(server.url)))
    expect(error).toMatchObject({ code: 'PROVIDER_ANSWER' })
    expect(error.message).toContain('text/html')
  })
})

describe('the month’s credits', () => {
  test('calls are counted, and refused when none is left', async () => {
    const server = await provider(() => json({}))
    let counted = 0
    const http = client(server.url, { monthCredits: { limit: 10, used: 7 }, onCall: () => counted++ })
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => get(http)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect([counted, server.arrivals.length]).toEqual([3, 3])
    expect((await failure(get(http))).message).toContain("the month's credits")
  })

  test('a failed call costs one too; a call that was held back costs none', async () => {
    const server = await provider((call) => (call === 0 ? fault.tooMany('1') : json({})))
    const http = client(server.url, { monthCredits: { limit: 5, used: 0 } })
    await Promise.all([get(http), get(http), get(http), get(http)])
    expect(server.arrivals).toHaveLength(5)
    expect((await failure(get(http))).kind).toBe('postponed')
  })

  test('what other processes have used of them is gone for this one too', async () => {
    const server = await provider(() => json({}))
    let now = Date.UTC(2026, 0, 31, 12)
    const http = client(server.url, { monthCredits: { limit: 10, used: 2 }, now: () => now })
    await get(http)
    http.spent(9)
    await get(http)
    await failure(get(http))
    // An older count, told late, gives none back.
    http.spent(4)
    expect((await failure(get(http))).message).toContain("the month's credits")
    now = Date.UTC(2026, 1, 1)
    await get(http)
    expect(server.arrivals).toHaveLength(3)
  })

  test('a new month begins with all of them', async () => {
    const server = await provider(() => json({}))
    let now = Date.UTC(2026, 0, 31, 23, 59)
    const http = client(server.url, { monthCredits: { limit: 2, used: 2 }, now: () => now })
    await failure(get(http))
    now = Date.UTC(2026, 1, 1)
    await get(http)
    await get(http)
    await failure(get(http))
    expect(server.arrivals).toHaveLength(2)
  })
})

describe('the breaker', () => {
  const breaker = { failures: 3, windowMs: 40, restMs: 150 }

  test('opens when nothing succeeds any more, fails fast, and closes when the provider is back', async () => {
    let broken = true
    const server = await provider(() => (broken ? fault.status(500) : json({ back: true })))
    const http = client(server.url, { breaker, retry: { retries: 20, minMs: 10, maxMs: 20 } })
    expect(await failure(get(http))).toMatchObject({ kind: 'postponed', code: 'PROVIDER_UNAVAILABLE' })
    const sent = server.arrivals.length
    expect(sent).toBeLessThan(20)
    expect((await failure(get(http))).kind).toBe('postponed')
    expect(server.arrivals).toHaveLength(sent)
    broken = false
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await get(http)).value).toEqual({ back: true })
  })

  test('says why it opened and until when; calls sent again are told of once', async () => {
    const server = await provider(() => fault.status(503))
    const told: unknown[] = []
    const http = client(server.url, {
      breaker: { ...breaker, restMs: 3_600_000 },
      retry: { retries: 20, minMs: 10, maxMs: 20 },
      onRetry: (retry) => told.push(retry),
    })
    const before = Date.now()
    const first = await failure(get(http))
    const until = /no more are sent until (\S+Z)$/.exec(first.message)?.[1] ?? ''
    // Times are told to the second.
    expect(Date.parse(until)).toBeGreaterThanOrEqual(before + 3_600_000 - 1_000)
    expect(Date.parse(until)).toBeLessThanOrEqual(Date.now() + 3_600_000)
    expect(first.message).toMatch(/the last one: HTTP 503/)
    expect((await failure(get(http))).message).toContain(until)
    expect(told).toEqual([{ provider: 'test', cause: expect.stringContaining('HTTP 503') as string }])
  })

  test('stays closed while every second call is answered', async () => {
    const server = await provider((call) => (call % 2 === 0 ? fault.status(503) : json({})))
    const http = client(server.url, { breaker: { ...breaker, windowMs: 0 } })
    for (let call = 0; call < 20; call++) await get(http)
    expect(http.report()).toMatchObject({ failed: 0, retries: 20 })
  })

  test('a refusal is a sign of life', async () => {
    const server = await provider((call) => (call % 3 === 2 ? fault.status(404) : fault.status(500)))
    const http = client(server.url, { breaker: { ...breaker, windowMs: 0 }, retry: { retries: 2 } })
    for (let call = 0; call < 4; call++) expect((await failure(get(http))).kind).toBe('not-found')
  })
})

describe('interruption', () => {
  test.each(['under way', 'waiting for its turn', 'waiting out a 429'])(
    'a call that is %s ends at once',
    async (when) => {
      const server = await provider(() => (when === 'under way' ? fault.hang : fault.tooMany('60')))
      const http = client(server.url, {
        perMinute: when === 'waiting for its turn' ? 1 : 60_000,
        limits: { headersMs: 30_000, totalMs: 30_000 },
      })
      const stop = new AbortController()
      const calls = [get(http, stop.signal), get(http, stop.signal)]
      setTimeout(() => stop.abort(), 150)
      const started = performance.now()
      const results = await Promise.allSettled(calls)
      expect(performance.now() - started).toBeLessThan(2_000)
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } })
        expect((result as PromiseRejectedResult).reason).toBeInstanceOf(TidemarkError)
      }
    },
  )
})

test('what is sent: User-Agent, Accept, the key; nothing is asked for twice', async () => {
  const server = await provider(() => json({ fine: true }))
  const http = client(server.url, { headers: { 'x-key': 'k' } })
  await http.postJson('/path', { body: { a: 1 }, query: { limit: '5' }, signal: never })
  expect(server.arrivals).toHaveLength(1)
  const [{ url, headers }] = server.arrivals as [(typeof server.arrivals)[0]]
  expect(url).toBe('/path?limit=5')
  expect(headers).toMatchObject({
    accept: 'application/json',
    'content-type': 'application/json',
    'x-key': 'k',
  })
  expect(headers['user-agent']).toMatch(/^tidemark/)
})
