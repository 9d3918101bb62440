import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { allium } from '#ingestion/allium/client.ts'
import { coingecko } from '#ingestion/coingecko/client.ts'
import * as fault from '#tests/support/provider-faults.ts'
import { misbehaving } from '#tests/support/provider-server.ts'

const KEY = 'CG-canary-7f3a9d1e5b'
const never = new AbortController().signal
const from = (hourOf(Date.now()) - 100 * HOUR_MS) as Hour
const written: string[] = []
const streams = [process.stdout, process.stderr].map((stream) => [stream, stream.write.bind(stream)] as const)

beforeAll(() => {
  for (const [stream, write] of streams) {
    stream.write = ((...args: Parameters<typeof write>) => {
      written.push(String(args[0]))
      return write(...args)
    }) as typeof write
  }
})
afterAll(() => {
  for (const [stream, write] of streams) stream.write = write
})

const echo = {
  status: { error_code: 10002, error_message: `API key ${KEY} is wrong` },
  detail: `bad key ${KEY}`,
}
const cases: readonly (readonly [string, fault.Fault])[] = [
  ...[400, 401, 403, 404, 408, 422, 429, 500, 503].map(
    (code) => [`HTTP ${code}`, fault.status(code, echo)] as const,
  ),
  ['plain text', fault.status(502, `upstream said ${KEY}`)],
  ['HTML', fault.html],
  ['reset', fault.reset],
  ['hang', fault.hang],
  ['drip', fault.drip(20)],
  ['too large', fault.endless()],
  ['truncated', fault.truncated('{"prices":[[1,2]]}', 9)],
  ['redirect', fault.redirect(`https://elsewhere.example/?x_cg_demo_api_key=${KEY}`)],
  ['redirect with credentials', fault.redirect(`https://${KEY}:x@elsewhere.example/`)],
  ['a long Retry-After', fault.tooMany('99999')],
]
const http = {
  limits: { connectMs: 200, headersMs: 200, totalMs: 300, maxBytes: 10_000 },
  retry: { retries: 1, minMs: 1, maxMs: 2, rateLimitMs: 1, rateLimitPatienceMs: 20 },
}

function everythingOf(error: unknown): string {
  const shown = [
    String(error),
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true, getters: true }),
  ]
  return [...shown, (error as Error).stack ?? ''].join('\n')
}

test.each(cases)('no key in what is left of a failure: %s', async (_name, answer) => {
  const server = await misbehaving(() => answer)
  const base = { perMinute: 60_000, monthCredits: null, historyDays: null, http }
  const gecko = coingecko({ ...base, plan: 'demo', apiKey: KEY, baseUrl: `${server.url}/api/v3` })
  const wallets = allium({
    ...{ apiKey: KEY, baseUrl: server.url, perMinute: 60_000, http },
    ...{ resolve: () => null, addressOf: () => null, isOwn: () => false },
  })
  const request = { asset: 'bitcoin' as AssetId, quote: 'usd' as Quote, from, to: Date.now() }
  const calls = [() => gecko.prices(request, never), () => gecko.probe(never), () => wallets.probe(never)]
  for (const call of calls) {
    const error: unknown = await call().then(
      () => expect.fail('it succeeded'),
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'TidemarkError' })
    expect(everythingOf(error)).not.toContain(KEY)
    expect((error as Error).cause).toBeUndefined()
  }
  // The key did travel, in its header and nowhere else.
  expect(JSON.stringify(server.arrivals.map(({ headers }) => headers))).toContain(KEY)
  expect(server.arrivals.every(({ url }) => !url.includes(KEY))).toBe(true)
  expect(inspect([gecko.report(), wallets.report()])).not.toContain(KEY)
  gecko.close()
  wallets.close()
  await server.close()
})

test('nothing that was written on the way holds the key', () => {
  expect(written.join('')).not.toContain(KEY)
})
