import { describe, expect, test } from 'vitest'
import { ROUTES, type RouteName } from '#delivery/api/contract.ts'
import type { Route } from '#delivery/api/contract/route.ts'
import { REQUESTS } from '../contract/requests.ts'
import { account, authStand, PASSWORD, SECRET, signIn, type Stand } from './stand.ts'

const NAMES = Object.keys(ROUTES) as RouteName[]
const routeOf = (name: RouteName): Route => ROUTES[name]

/** A body that each route takes, so that nothing but who asks decides. */
const BODIES: Partial<Record<RouteName, unknown>> = {
  signIn: { name: 'nobody', password: 'wrong' },
  refresh: { refreshToken: 'x' },
  setUp: { token: 'x', name: 'eve', password: PASSWORD },
  openShare: { token: 'x' },
  changeMe: { password: 'wrong', newPassword: PASSWORD },
  addUser: { name: 'eve', password: PASSWORD },
  changeUser: { role: 'admin' },
  addToken: { label: 'x' },
  addShare: { portfolio: 'ada' },
  addWallet: { address: '0x000000000000000000000000000000000000dead', chains: ['ethereum'] },
  changeWallet: { label: 'x' },
  previewImport: 'time,asset\n',
  importFlows: 'time,asset\n',
  decideSuspect: {
    ...{ asset: 'bitcoin', quote: 'usd', provider: 'coingecko' },
    ...{ time: '2026-11-20T00:00:00Z', take: true },
  },
  startRun: {},
}

/** Where a route lies, with parameters that name something of ada's, and her portfolio where one can be named. */
function addressOf(name: RouteName, ids: Readonly<Record<string, string>>): string {
  const { path, query } = routeOf(name)
  const place = path.replace(/:(\w+)/g, (_whole, key: string) => ids[`${name}.${key}`] ?? ids[key] ?? 'x')
  const good = REQUESTS[name]?.query ?? {}
  const asked = query !== undefined && 'portfolio' in query.shape ? { ...good, portfolio: 'ada' } : good
  const text = new URLSearchParams(asked as Record<string, string>).toString()
  return text === '' ? place : `${place}?${text}`
}

async function asked(stand: Stand, name: RouteName, ids: Readonly<Record<string, string>>, as?: string) {
  const { method } = routeOf(name)
  const body = BODIES[name] ?? REQUESTS[name]?.body
  const text = typeof body === 'string' ? { headers: { 'content-type': 'text/csv' } } : {}
  return stand.ask(`${method} ${addressOf(name, ids)}`, {
    ...(as === undefined ? {} : { as }),
    ...(body === undefined ? {} : { body }),
    ...text,
  })
}

/** Two who look after nothing together, each with a portfolio, a token and a link; ada was here first. */
async function twoUsers() {
  const stand = await authStand()
  await account(stand, 'ada')
  await account(stand, 'bob')
  const [ada, bob] = [await signIn(stand, 'ada'), await signIn(stand, 'bob')]
  const idOf = async (what: string, body: unknown) =>
    (await stand.ask(what, { as: ada.accessToken, body })).json()['id'] as string
  const ids = {
    name: 'ada',
    address: '0x000000000000000000000000000000000000dead',
    asset: 'bitcoin',
    'revokeToken.id': await idOf('POST /tokens', { label: 'x' }),
    'revokeShare.id': await idOf('POST /shares', { portfolio: 'ada' }),
  }
  return { stand, ids, ada: ada.accessToken, bob: bob.accessToken }
}

/** What names something of somebody: a portfolio, or an id that is one's own. */
const OWNED = NAMES.filter((name) => {
  const { access, query, body, path } = routeOf(name)
  if (access === 'public' || access === 'admin') return false
  const inBody = JSON.stringify(BODIES[name] ?? '').includes('portfolio') && body !== undefined
  return (query !== undefined && 'portfolio' in query.shape) || inBody || /:id\b/.test(path)
})

/** Answered by the server's own process, with tests of its own. */
const ELSEWHERE: readonly RouteName[] = ['export']

describe('who may ask what', () => {
  test('A7: whatever of somebody else is named is not there, on every route and by every verb', async () => {
    const { stand, ids, bob } = await twoUsers()
    expect(OWNED.length).toBeGreaterThan(14)
    const answers: Record<string, number> = {}
    for (const name of OWNED.filter((each) => !ELSEWHERE.includes(each)))
      answers[name] = (await asked(stand, name, ids, bob)).statusCode
    expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((name) => [name, 404])))
  })

  test('A7: what is listed without a name is one’s own', async () => {
    const { stand, ada, bob } = await twoUsers()
    for (const path of ['/portfolios', '/tokens', '/shares', '/portfolio', '/portfolio/holdings']) {
      const [hers, his] = [
        await stand.ask(`GET ${path}`, { as: ada }),
        await stand.ask(`GET ${path}`, { as: bob }),
      ]
      expect([hers.statusCode, his.statusCode], path).toEqual([200, 200])
      expect(his.body, path).not.toMatch(/"ada"|"local"/)
    }
    const mine = await stand.ask('GET /portfolio', { as: bob })
    expect(mine.json()['portfolio']).toBe('bob')
  })

  test('A8: who looks after nothing is refused whatever an admin may, and changes nothing', async () => {
    const { stand, ids, bob } = await twoUsers()
    const ours = NAMES.filter((name) => routeOf(name).access === 'admin')
    expect(ours).toEqual(
      expect.arrayContaining([
        'users',
        'addUser',
        'changeUser',
        'removeUser',
        'runs',
        'startRun',
        'providers',
      ]),
    )
    const before = await stand.accounts.list()
    for (const name of ours) expect((await asked(stand, name, ids, bob)).statusCode, name).toBe(403)
    expect(await stand.accounts.list()).toEqual(before)
  })

  test('A8: who only reads changes nothing', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    await account(stand, 'eve', 'viewer')
    const { accessToken } = await signIn(stand, 'eve')
    const writes = NAMES.filter((name) => ['write', 'admin'].includes(routeOf(name).access))
    expect(writes.length).toBeGreaterThan(12)
    for (const name of writes) expect((await asked(stand, name, {}, accessToken)).statusCode, name).toBe(403)
  })

  test('nobody gets anything but health and the door', async () => {
    const { stand, ids } = await twoUsers()
    const open = NAMES.filter((name) => routeOf(name).access === 'public')
    expect(open.sort()).toEqual(['enter', 'live', 'openShare', 'ready', 'refresh', 'setUp', 'signIn'])
    for (const name of NAMES.filter((each) => !open.includes(each)))
      expect((await asked(stand, name, ids)).statusCode, name).toBe(401)
  })

  test('A9: nobody makes themselves an admin, nor somebody else', async () => {
    const { stand, bob } = await twoUsers()
    const before = await stand.accounts.list()
    for (const body of [
      { role: 'admin' },
      { role: 'admin', id: 'x', password: PASSWORD, newPassword: 'another good password' },
      { password: PASSWORD, newPassword: 'another good password', owner: 'local' },
    ])
      expect((await stand.ask('PATCH /me', { as: bob, body })).statusCode).toBe(400)
    const created = { label: 'x', scope: 'read', user: 'ada' }
    expect((await stand.ask('POST /tokens', { as: bob, body: created })).statusCode).toBe(400)
    const { accessToken: ada } = await signIn(stand, 'ada')
    for (const body of [{}, { owner: 'local' }, { role: 'root' }, { disabled: 'yes' }])
      expect((await stand.ask('PATCH /users/bob', { as: ada, body })).statusCode).toBe(400)
    expect(await stand.accounts.list()).toEqual(before)
  })

  test('A12: fields that are called like parts of a prototype are unknown fields', async () => {
    const { stand, bob } = await twoUsers()
    for (const body of [
      '{"password":"x","newPassword":"y","__proto__":{"admin":true}}',
      '{"password":"x","newPassword":"y","constructor":{"prototype":{"admin":true}}}',
    ]) {
      const headers = { 'content-type': 'application/json' }
      expect((await stand.ask('PATCH /me', { as: bob, body, headers })).statusCode).toBe(400)
    }
    expect((await stand.ask('GET /me?__proto__=1', { as: bob })).statusCode).toBe(400)
    expect(({} as { admin?: true }).admin).toBeUndefined()
  })

  test('A40: what shows the inside is not there for those outside', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    for (const path of [
      '/metrics',
      '/docs',
      '/docs/json',
      '/debug',
      '/assets/index.js.map',
      '/.env',
      '/auth.secret',
    ])
      for (const from of ['127.0.0.1', '203.0.113.9'])
        expect([401, 403, 404], `${path} from ${from}`).toContain(
          (await stand.ask(`GET /${path}`, { from })).statusCode,
        )
  })

  test('A33: passwords, tokens and the secret stand in no answer but the one that hands them out, and in no log', async () => {
    const { stand, ids, ada, bob } = await twoUsers()
    for (const name of NAMES.filter((each) => !['signOut', 'changeMe', 'removeUser'].includes(each)))
      for (const as of [undefined, 'garbage', bob, ada]) await asked(stand, name, ids, as)
    await stand.ask('POST /session', { body: { name: PASSWORD, password: SECRET } })
    await stand.ask('POST /session', { body: `{"name":"ada","password":"${PASSWORD}"` })
    await stand.ask(`GET /portfolio?portfolio=${PASSWORD.slice(0, 10)}`, { as: ada })
    const log = stand.written.join('\n')
    expect(log.length).toBeGreaterThan(2_000)
    for (const text of [...stand.answers, log]) {
      expect(text).not.toContain(PASSWORD)
      expect(text).not.toContain(SECRET)
      expect(text).not.toMatch(/scrypt\$/)
    }
    for (const secret of [ada, bob]) expect(log).not.toContain(secret)
    expect(log).not.toMatch(/td[mrs]_[0-9a-f]{24}_/)
    const kept = await Promise.all(
      ['auth:user', 'auth:token', 'auth:share', 'passing:session'].map((kind) =>
        stand.store.records({ owner: ':server', kind }),
      ),
    )
    expect(JSON.stringify(kept)).not.toMatch(new RegExp(`td[mrs]_|${PASSWORD}|${SECRET}|eyJ`))
  })
})
