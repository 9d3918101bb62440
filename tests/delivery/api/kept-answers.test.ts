import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fingerprintOf, KeptAnswers } from '#delivery/api/kept-answers.ts'
import type { Reply } from '#delivery/api/types.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { holdingsOnly, OWNER, stand } from './stand.ts'

const WALLET = { address: `0x${'a'.repeat(40)}`, chains: ['ethereum'] }
const HOUR = 3_600_000

type Server = Awaited<ReturnType<typeof stand>>
const add = ({ app }: Server, key: string, payload: object = WALLET, portfolio = 'main') =>
  app.inject({
    ...{ method: 'POST', url: `/api/v1/portfolio/wallets?portfolio=${portfolio}`, payload },
    headers: { 'idempotency-key': key },
  })

async function withPortfolio(): Promise<Server> {
  const server = await stand()
  await server.store.writePortfolio(holdingsOnly('main'))
  return server
}

describe('a write with an Idempotency-Key', () => {
  test('is done once: asked again it is answered as before, word for word', async () => {
    const server = await withPortfolio()
    const first = await add(server, 'k-1')
    const again = await add(server, 'k-1')
    expect([first.statusCode, again.statusCode, again.body]).toEqual([201, 201, first.body])
    expect((await add(server, 'k-2')).statusCode).toBe(409)
    expect((await server.store.portfolio('local', 'main'))?.wallets).toHaveLength(1)
    const url = `/api/v1/portfolio/wallets/${WALLET.address}?portfolio=main`
    const remove = () => server.app.inject({ method: 'DELETE', url, headers: { 'idempotency-key': 'k-3' } })
    expect([(await remove()).statusCode, (await remove()).statusCode]).toEqual([204, 204])
  })

  test('is 422 with another body, query or route under the same key', async () => {
    const server = await withPortfolio()
    await server.store.writePortfolio(holdingsOnly('second'))
    await add(server, 'k')
    for (const other of [
      add(server, 'k', { ...WALLET, label: 'hot' }),
      add(server, 'k', WALLET, 'second'),
      server.app.inject({
        ...{ method: 'POST', url: '/api/v1/portfolio/flows?portfolio=main', payload: 'time,asset\n' },
        headers: { 'idempotency-key': 'k', 'content-type': 'text/csv' },
      }),
    ])
      expect((await other).json()).toMatchObject({ status: 422, code: 'KEY_REUSED' })
  })

  test('that failed is not kept: the same key tries again', async () => {
    const server = await withPortfolio()
    expect((await add(server, 'k', { ...WALLET, address: '0x12' })).statusCode).toBe(400)
    expect((await add(server, 'k')).statusCode).toBe(201)
  })

  test('a key that is none is refused; reads and sessions take none', async () => {
    const server = await withPortfolio()
    for (const key of ['with space', 'x'.repeat(201), 'é']) {
      const answer = await add(server, key)
      expect([answer.statusCode, answer.body], key).toEqual([400, expect.stringContaining('idempotency-key')])
    }
    const headers = { 'idempotency-key': 'k' }
    for (let round = 0; round < 2; round++)
      expect((await server.app.inject({ url: '/api/v1/portfolios', headers })).statusCode).toBe(200)
    expect(await server.store.records({ owner: 'local', kind: 'passing:key' })).toEqual([])
  })

  test('keys of another owner are other keys', async () => {
    const server = await withPortfolio()
    const other = await stand(
      { ...OWNER, owner: 'bob' },
      { kept: new KeptAnswers(server.store, server.io.now) },
    )
    await other.store.writePortfolio(holdingsOnly('main', 'bob'))
    await add(server, 'k')
    expect((await add(other, 'k', { ...WALLET, label: 'bobs' })).statusCode).toBe(201)
  })
})

const replyOf = (text: string): Reply => ({ status: 200, body: new TextEncoder().encode(text), etag: null })
const textOf = ({ body }: Reply): string => new TextDecoder().decode(body)

async function keeping() {
  const file = join(temporaryFolder(), 'tidemark.db')
  const store = await openStore({ kind: 'embedded', file, create: true })
  onTestFinished(() => store.close())
  const clock = { now: 1_800_000_000_000 }
  const kept = new KeptAnswers(store, () => clock.now)
  const write = (key: string, fingerprint = 'same') => ({ owner: 'local', key, fingerprint })
  return { store, clock, kept, write }
}

describe('kept answers', () => {
  test('a second while the first goes on is told to wait; one that died frees its key', async () => {
    const { kept, write, clock } = await keeping()
    let end: (reply: Reply) => void = () => undefined
    const first = kept.answer(write('k'), () => new Promise((resolve) => (end = resolve)))
    await expect
      .poll(() => kept.answer(write('k'), async () => replyOf('no')).catch(String))
      .toContain('goes on')
    clock.now += 11 * 60_000
    expect(textOf(await kept.answer(write('k'), async () => replyOf('second')))).toBe('second')
    end(replyOf('first'))
    await first
  })

  test('of many at once under one key one is done', async () => {
    const { kept, write } = await keeping()
    let done = 0
    const all = Array.from({ length: 20 }, () => kept.answer(write('k'), async () => replyOf(String(++done))))
    const ended = await Promise.allSettled(all)
    expect([done, ended.filter(({ status }) => status === 'fulfilled').length > 0]).toEqual([1, true])
  })

  test('are forgotten after a day, and are five hundred at most', async () => {
    const { kept, write, clock, store } = await keeping()
    await kept.answer(write('k'), async () => replyOf('before'))
    clock.now += 25 * HOUR
    expect(textOf(await kept.answer(write('k', 'other'), async () => replyOf('after')))).toBe('after')
    for (let key = 0; key < 620; key++) {
      clock.now++
      await kept.answer(write(`k${key}`), async () => replyOf('x'))
    }
    for (const kind of ['passing:key', 'passing:key-body'])
      expect((await store.records({ owner: 'local', kind })).length).toBeLessThanOrEqual(560)
  })

  test('law: whatever is asked in whatever order, each key does one thing, and says the same ever after', async () => {
    const asks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), body: fc.constantFrom('1', '2') }))
    await fc.assert(
      fc.asyncProperty(asks, async (sequence) => {
        const { kept } = await keeping()
        const first = new Map<string, string>()
        for (const [at, { key, body }] of sequence.entries()) {
          const fingerprint = await fingerprintOf(['route'], body)
          const said = kept.answer({ owner: 'o', key, fingerprint }, async () => replyOf(`${body}:${at}`))
          const known = first.get(key)
          if (known !== undefined && !known.startsWith(`${body}:`)) {
            await expect(said).rejects.toThrow('another request')
            continue
          }
          const text = textOf(await said)
          expect(text).toBe(known ?? `${body}:${at}`)
          first.set(key, text)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a body longer than a piece has a fingerprint of its own', async () => {
    const long = 'x'.repeat(2_500_000)
    const prints = [long, `${long.slice(1)}y`, `y${long.slice(1)}`].map((body) => fingerprintOf(['r'], body))
    expect(new Set(await Promise.all(prints)).size).toBe(3)
    expect(await fingerprintOf(['r'], long)).toBe(await fingerprintOf(['r'], long))
  })
})
