import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  call,
  client,
  handshake,
  held,
  liveStand,
  PASSWORD,
  portfolioOf,
  session,
  signedIn,
} from './stand.ts'

/** A server with one account that has a portfolio. */
async function withAda(limits: NonNullable<Parameters<typeof liveStand>[0]>['limits'] = {}) {
  const stand = await liveStand({ interval: null, limits })
  const ada = await signedIn(stand, 'ada', 'admin')
  await stand.store.writePortfolio(portfolioOf(ada.user.owner, 'main', [held('bitcoin', '1')]))
  return { ...stand, ...ada, here: `http://127.0.0.1:${stand.port}` }
}

async function cookieOf(stand: Awaited<ReturnType<typeof withAda>>): Promise<string> {
  const answer = await fetch(`${stand.here}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tidemark': '1' },
    body: JSON.stringify({ name: 'ada', password: PASSWORD, cookie: true }),
  })
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

test('A20: pages of others, and none without a token, are refused at the handshake; under both prefixes', async () => {
  const stand = await withAda()
  const cookie = await cookieOf(stand)
  for (const path of ['/api/v1/portfolio/ws', '/v2/portfolio/ws']) {
    for (const origin of [
      'https://evil',
      'null',
      'https://good.evil.com',
      'http://127.0.0.1:1',
      `${stand.here}.evil`,
    ])
      for (const shown of [{ cookie }, { authorization: `Bearer ${stand.token}` }])
        expect([origin, await handshake(stand, { origin, ...shown }, path)]).toEqual([origin, 403])
    // A script that is no page sends no origin: a cookie is not enough for it, and nothing is not either.
    expect(await handshake(stand, { cookie }, path)).toBe(403)
    expect(await handshake(stand, {}, path)).toBe(403)
    expect(await handshake(stand, { authorization: `Bearer ${stand.token}` }, path)).toBe(101)
    expect(await handshake(stand, { origin: stand.here, cookie }, path)).toBe(101)
  }
  expect(await handshake(stand, { authorization: 'Bearer tdm_none' })).toBe(401)
  expect(await handshake(stand, { authorization: `Bearer ${stand.token}`, host: 'evil.example' })).toBe(421)
  expect((await call(stand, 'GET', '/portfolio/ws', stand.token)).status).toBe(400)
})

test('A21: a token or ticket in the address is refused, and no log has it', async () => {
  const stand = await withAda()
  const headers = { authorization: `Bearer ${stand.token}` }
  for (const name of ['token', 'access_token', 'ticket', 'jwt'])
    expect(await handshake(stand, headers, `/api/v1/portfolio/ws?${name}=${stand.token}`), name).toBe(400)
  expect(stand.written.length).toBeGreaterThanOrEqual(4)
  expect(stand.written.join()).not.toContain(stand.token)
})

test('a ticket opens one connection within half a minute, for who gave it; a cookie that is over asks to sign in', async () => {
  const stand = await withAda({ ticketMs: 200 })
  const page = { headers: { origin: stand.here } }
  const make = async () =>
    String((await call(stand, 'POST', '/portfolio/ws/ticket', stand.token)).body['ticket'])
  const ticket = await make()
  const ada = await client(stand, null, page)
  ada.say({ type: 'watch', portfolios: ['main'] })
  expect((await ada.next('refused')).code).toBe('UNAUTHENTICATED')
  ada.say({ type: 'ticket', ticket })
  expect((await ada.next('welcome')).user).toBe('ada')
  const second = await client(stand, null, page)
  second.say({ type: 'ticket', ticket })
  expect(await second.closed).toBe(4401)
  const old = await make()
  stand.clock.now += 30_001
  const third = await client(stand, null, page)
  third.say({ type: 'ticket', ticket: old })
  expect(await third.closed).toBe(4401)
  const silent = await client(stand, null, page)
  stand.clock.now += 1_000
  expect(await silent.closed).toBe(4401)
  const stale = await client(stand, null, {
    headers: { origin: stand.here, cookie: `tidemark-${stand.port}=x` },
  })
  expect(await stale.closed).toBe(4401)
  expect((await call(stand, 'POST', '/portfolio/ws/ticket', null)).status).toBe(401)
})

test('a token that comes to its end closes the connection, unless a new ticket of the same session came before', async () => {
  const stand = await withAda()
  const [ends, goesOn] = [await client(stand, stand.token), await client(stand, stand.token)]
  await Promise.all([ends.next('welcome'), goesOn.next('welcome')])
  stand.clock.now += 10 * 60_000
  const other = await session(stand, 'ada')
  const foreign = await call(stand, 'POST', '/portfolio/ws/ticket', other.token)
  const stranger = await client(stand, stand.token)
  await stranger.next('welcome')
  stranger.say({ type: 'ticket', ticket: String(foreign.body['ticket']) })
  expect(await stranger.closed).toBe(4401)
  const { body } = await call(stand, 'POST', '/portfolio/ws/ticket', stand.token)
  goesOn.say({ type: 'ticket', ticket: String(body['ticket']) })
  stand.clock.now += 5 * 60_000
  expect(await ends.closed).toBe(4401)
})

test('A6: signing out, another password, a disabled account and a revoked link close what they had opened, at once', async () => {
  const stand = await withAda()
  const bob = await signedIn(stand, 'bob')
  await stand.store.writePortfolio(portfolioOf(bob.user.owner, 'main', [held('bitcoin', '5')]))
  const share = await call(stand, 'POST', '/shares', bob.token, { portfolio: 'main' })
  const text = String(share.body['link']).replace('/#share=', '')
  const shown = await call(stand, 'POST', '/session/share', null, { token: text })
  const [first, second, guest] = [
    await client(stand, bob.token),
    await client(stand, (await session(stand, 'bob')).token),
    await client(stand, String(shown.body['accessToken'])),
  ]
  for (const each of [first, second, guest]) await each.next('welcome')
  await call(stand, 'DELETE', '/session', bob.token)
  expect(await first.closed).toBe(4401)
  const again = await session(stand, 'bob')
  await call(stand, 'DELETE', `/shares/${String(share.body['id'])}`, again.token)
  expect(await guest.closed).toBe(4401)
  expect(second.socket.readyState).toBe(1)
  await call(stand, 'PATCH', '/users/bob', stand.token, { disabled: true })
  expect(await second.closed).toBe(4401)
  const ada = await client(stand, stand.token)
  await ada.next('welcome')
  const body = { password: PASSWORD, newPassword: 'another canary of eight words' }
  await call(stand, 'PATCH', '/me', stand.token, body)
  expect(await ada.closed).toBe(4401)
})

test('what another process took back counts within seconds', async () => {
  const stand = await withAda()
  const { token } = await signedIn(stand, 'bob')
  const bob = await client(stand, token)
  await bob.next('welcome')
  stand.clock.now += 2_000
  await stand.accounts.edit('bob', { disabled: true })
  expect(await bob.closed).toBe(4401)
})

test("A7: another's portfolio is refused in the words of one that never was", async () => {
  const stand = await withAda()
  const bob = await signedIn(stand, 'bob')
  await stand.store.writePortfolio(portfolioOf(bob.user.owner, 'bobs', [held('bitcoin', '5')]))
  const ada = await client(stand, stand.token)
  const answers: unknown[] = []
  for (const name of ['bobs', 'none', '__proto__', "' or 1=1"]) {
    ada.say({ type: 'watch', portfolios: [name] })
    answers.push(await ada.next('refused'))
    ada.say({ type: 'snapshot', portfolio: name })
    answers.push(await ada.next('refused'))
  }
  for (const answer of answers) expect(answer).toEqual(answers[0])
  // Of several, those that are there are told.
  ada.say({ type: 'watch', portfolios: ['bobs', 'main'] })
  expect(await ada.next('snapshot')).toMatchObject({ portfolio: 'main' })
  await setTimeout(20)
  expect(ada.told.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
})

test('more connections than there may be are refused: of one user, and in all', async () => {
  const stand = await withAda({ connections: 4, perUser: 2 })
  const [first, second] = [await client(stand, stand.token), await client(stand, stand.token)]
  await Promise.all([first.next('welcome'), second.next('welcome')])
  expect(await (await client(stand, stand.token)).closed).toBe(1013)
  const bob = await signedIn(stand, 'bob')
  const cleo = await signedIn(stand, 'cleo')
  await (await client(stand, bob.token)).next('welcome')
  await (await client(stand, bob.token)).next('welcome')
  expect(await handshake(stand, { authorization: `Bearer ${cleo.token}` })).toBe(429)
  first.socket.close()
  await first.closed
  await expect.poll(() => handshake(stand, { authorization: `Bearer ${cleo.token}` })).toBe(101)
})
