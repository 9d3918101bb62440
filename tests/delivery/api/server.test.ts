import { describe, expect, test } from 'vitest'
import { holdingsOnly, OWNER, stand } from './stand.ts'

describe('the server', () => {
  test('answers a read from the store, with a tag that a second read is spared by', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    const first = await app.inject('/api/v1/portfolios')
    expect(first.statusCode).toBe(200)
    expect(first.json()).toMatchObject({
      schemaVersion: 1,
      portfolios: [{ name: 'main', baseCurrency: 'usd' }],
    })
    const second = await app.inject({
      url: '/v2/portfolios',
      headers: { 'if-none-match': String(first.headers['etag']) },
    })
    expect([second.statusCode, second.body]).toEqual([304, ''])
  })

  test('another host name is another page: 421', async () => {
    const { app } = await stand()
    const answer = await app.inject({ url: '/api/v1/health/live', headers: { host: 'evil.example' } })
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([421, 'MISDIRECTED'])
  })

  test('nobody is told 401, a viewer may not write, and both get the next step', async () => {
    const nobody = await stand(null)
    const refused = await nobody.app.inject('/api/v1/portfolios')
    expect(refused.statusCode).toBe(401)
    expect(refused.headers['content-type']).toContain('application/problem+json')
    expect(refused.json()).toMatchObject({
      code: 'UNAUTHENTICATED',
      fix: expect.stringContaining('Sign in') as unknown,
    })
    const viewer = await stand({ ...OWNER, role: 'viewer' })
    const write = await viewer.app.inject({
      method: 'POST',
      url: '/api/v1/portfolio/wallets',
      payload: { address: '0x1', chains: ['ethereum'] },
    })
    expect(write.statusCode).toBe(403)
  })

  test('A11, A9: a field twice, an unknown field and a wrong type are 400, with the field', async () => {
    const { app } = await stand()
    for (const [query, words] of [
      ['days=1&days=2', 'twice'],
      ['days=x', 'days'],
      ['nonsense=1', 'nonsense'],
      ['every=2h', 'every'],
    ] as const) {
      const answer = await app.inject(`/api/v1/portfolio/pnl?${query}`)
      expect(answer.statusCode, query).toBe(400)
      expect(answer.body, query).toContain(words)
    }
  })

  test('pnl is the document of the command', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    const answer = await app.inject('/api/v1/portfolio/pnl?days=1')
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ schemaVersion: 1, portfolio: 'main', mode: 'snapshot' })
  })

  test('a portfolio that is not there is 404', async () => {
    const { app, problems } = await stand()
    const answer = await app.inject('/api/v1/portfolio/pnl?portfolio=other')
    expect(answer.statusCode).toBe(404)
    expect(problems.map(({ problem }) => problem.code)).toEqual(['NOT_FOUND'])
  })
})
