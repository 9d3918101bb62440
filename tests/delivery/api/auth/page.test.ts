import { describe, expect, test } from 'vitest'
import { account, authStand, PASSWORD, signIn, type Reply } from './stand.ts'

const OURS = { 'x-tidemark': '1' }
const wrong = (name: string) => ({ name, password: 'not the password at all' })

describe('the page', () => {
  test('has its tokens in cookies that no script reads, with the prefix wherever it is not plain loopback', async () => {
    const proxies = ['10.0.0.1']
    const stand = await authStand({
      proxies,
      publicUrl: 'https://tidemark.example',
      bind: { host: '127.0.0.1', tls: false, proxies },
    })
    await account(stand, 'ada')
    const body = { name: 'ada', password: PASSWORD, cookie: true }
    const plain = await stand.ask('POST /session', { body, headers: { ...OURS, host: '127.0.0.1:8787' } })
    expect(plain.headers['set-cookie']).toEqual([
      expect.stringMatching(/^tidemark-8787=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(
        /^tidemark-8787-refresh=tdr_\w+[\w-]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect(plain.json()).toMatchObject({ accessToken: null, refreshToken: null })
    const secure = [
      { host: 'tidemark.example' },
      { host: '127.0.0.1:8787', 'x-forwarded-proto': 'https', from: '10.0.0.1' },
    ]
    for (const { from = '127.0.0.1', ...headers } of secure as Record<string, string>[]) {
      const reply = await stand.ask('POST /session', { body, from, headers: { ...OURS, ...headers } })
      const cookies = reply.headers['set-cookie'] as string[]
      expect(cookies).toHaveLength(2)
      for (const cookie of cookies)
        expect(cookie).toMatch(
          /^__Host-tidemark(?:-refresh)?=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
        )
    }
  })

  /** A page of this server that has signed in, as a browser keeps it. */
  async function page() {
    const stand = await authStand()
    await account(stand, 'ada')
    const body = { name: 'ada', password: PASSWORD, cookie: true }
    const reply = await stand.ask('POST /session', { body, headers: { ...OURS, host: 'localhost:1' } })
    const jar = (made: Reply) =>
      (made.headers['set-cookie'] as string[]).map((line) => line.split(';')[0]).join('; ')
    return { stand, jar, cookie: jar(reply) }
  }
  const HERE = { host: 'localhost:1' }

  test('A31: what changes something by cookie needs our header, and comes from no other site', async () => {
    const { stand, cookie } = await page()
    const body = { label: 'x' }
    const post = (headers: Record<string, string>) =>
      stand.ask('POST /tokens', { body, headers: { ...HERE, cookie, ...headers } })
    expect((await stand.ask('GET /me', { headers: { ...HERE, cookie } })).statusCode).toBe(200)
    expect((await post({})).statusCode).toBe(403)
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await post({ ...OURS, 'sec-fetch-site': site })).statusCode, site).toBe(403)
    expect((await post({ ...OURS, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(201)
    expect((await post(OURS)).statusCode).toBe(201)
  })

  test('A31: a form of another site and text/plain get nowhere, and no answer lets another origin read it', async () => {
    const { stand, cookie } = await page()
    const form = (type: string, payload: string, url: string) =>
      stand.app.inject({
        ...{ method: 'POST', url: `/api/v1${url}`, payload },
        headers: { ...HERE, cookie, 'content-type': type, origin: 'https://evil.example' },
      })
    for (const url of ['/tokens', '/shares', '/users'])
      for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
        expect([403, 415], `${url} ${type}`).toContain((await form(type, '{"label":"x"}', url)).statusCode)
    for (const origin of ['https://evil.example', 'null', 'http://localhost:2'])
      for (const method of ['GET', 'OPTIONS'] as const) {
        const reply = await stand.app.inject({
          ...{ method, url: '/api/v1/me' },
          headers: { ...HERE, cookie, origin, 'access-control-request-method': 'POST' },
        })
        expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    const reply = await stand.ask('GET /me', { headers: { ...HERE, cookie } })
    expect(reply.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(reply.headers['cache-control']).toBe('no-store')
  })

  test('A31: nobody is signed in by another site: cookies are set for our page only', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const body = { name: 'ada', password: PASSWORD, cookie: true }
    const reply = await stand.ask('POST /session', { body })
    expect([reply.statusCode, reply.headers['set-cookie']]).toEqual([403, undefined])
  })

  test('refreshes by its cookie, and signing out takes both cookies away', async () => {
    const { stand, jar, cookie } = await page()
    const refresh = (of: string, headers = OURS as object) =>
      stand.ask('POST /session/refresh', { body: {}, headers: { ...HERE, cookie: of, ...headers } })
    expect((await refresh(cookie, {})).statusCode).toBe(403)
    const next = await refresh(cookie)
    expect([next.statusCode, next.json()['refreshToken']]).toEqual([200, null])
    expect((await stand.ask('GET /me', { headers: { ...HERE, cookie: jar(next) } })).statusCode).toBe(200)
    const out = await stand.ask('DELETE /session', { headers: { ...HERE, ...OURS, cookie: jar(next) } })
    expect(out.statusCode).toBe(204)
    expect(out.headers['set-cookie']).toEqual([
      expect.stringContaining('tidemark-1=; Max-Age=0'),
      expect.stringContaining('tidemark-1-refresh=; Max-Age=0'),
    ])
    expect((await refresh(jar(next))).statusCode).toBe(401)
  })

  test('A21: a credential in the address is 400 before anything else, and stands in no log', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken } = await signIn(stand, 'ada')
    for (const name of [
      'token',
      'access_token',
      'api_key',
      'apikey',
      'jwt',
      'authorization',
      'ticket',
      'auth',
    ])
      for (const path of ['/portfolios', '/portfolio', '/health/live', '/session', '/me']) {
        const method = path === '/session' ? 'POST' : 'GET'
        const reply = await stand.ask(`${method} ${path}?${name}=${accessToken}`, {
          ...(method === 'POST' ? { body: wrong('ada') } : {}),
        })
        expect(reply.statusCode, `${path} ${name}`).toBe(400)
        expect(reply.body).not.toContain(accessToken)
      }
    expect(stand.written.join()).not.toContain(accessToken)
  })
})
