import { describe, expect, test } from 'vitest'
import { Sessions } from '#delivery/api/auth/sessions.ts'
import { account, authStand, PASSWORD, signIn } from './stand.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('sessions', () => {
  test('a password is taken for a token, which says who asks, and is over after 15 minutes', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken } = await signIn(stand, 'ada')
    const me = await stand.ask('GET /me', { as: accessToken })
    expect(me.json()).toMatchObject({ user: 'ada', role: 'admin', by: 'session', portfolios: null })
    expect((await stand.ask('GET /portfolios', { as: accessToken })).statusCode).toBe(200)
    stand.clock.now += 15 * MINUTE + 6_000
    expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(401)
  })

  test('a refresh token gives new ones, for 14 days at a time and 90 in all', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    let { refreshToken } = await signIn(stand, 'ada')
    for (let day = 0; day < 90; day += 13) {
      const reply = await stand.ask('POST /session/refresh', { body: { refreshToken } })
      expect(reply.statusCode, `day ${day}`).toBe(200)
      refreshToken = reply.json()['refreshToken'] as string
      expect((await stand.ask('GET /me', { as: reply.json()['accessToken'] as string })).statusCode).toBe(200)
      stand.clock.now += 13 * DAY
    }
    expect((await stand.ask('POST /session/refresh', { body: { refreshToken } })).statusCode).toBe(401)
    const idle = await signIn(stand, 'ada')
    stand.clock.now += 14 * DAY
    const late = await stand.ask('POST /session/refresh', { body: { refreshToken: idle.refreshToken } })
    expect(late.statusCode).toBe(401)
  })

  test('A6: after signing out the token is worth nothing, and neither is its refresh token', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken, refreshToken } = await signIn(stand, 'ada')
    const other = await signIn(stand, 'ada')
    expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(200)
    expect((await stand.ask('DELETE /session', { as: accessToken })).statusCode).toBe(204)
    expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(401)
    expect((await stand.ask('POST /session/refresh', { body: { refreshToken } })).statusCode).toBe(401)
    expect((await stand.ask('GET /me', { as: other.accessToken })).statusCode).toBe(200)
  })

  test('A6: a new password ends every session but the one that it begins', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const [mine, other] = [await signIn(stand, 'ada'), await signIn(stand, 'ada')]
    const newPassword = 'correct horse battery staple'
    const wrong = { password: 'not the password at all', newPassword }
    expect((await stand.ask('PATCH /me', { as: mine.accessToken, body: wrong })).statusCode).toBe(401)
    const weak = { password: PASSWORD, newPassword: 'short' }
    expect((await stand.ask('PATCH /me', { as: mine.accessToken, body: weak })).statusCode).toBe(400)
    const change = { password: PASSWORD, newPassword }
    const changed = await stand.ask('PATCH /me', { as: mine.accessToken, body: change })
    expect(changed.statusCode).toBe(200)
    for (const { accessToken, refreshToken } of [mine, other]) {
      expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(401)
      expect((await stand.ask('POST /session/refresh', { body: { refreshToken } })).statusCode).toBe(401)
    }
    const { accessToken } = changed.json() as unknown as typeof mine
    expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(200)
    await expect(signIn(stand, 'ada')).rejects.toThrow('401')
    await signIn(stand, 'ada', newPassword)
  })

  test('A6: who is disabled is out at once, with every token; and comes back only by signing in', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    await account(stand, 'bob')
    const [ada, bob] = [await signIn(stand, 'ada'), await signIn(stand, 'bob')]
    const made = await stand.ask('POST /tokens', { as: bob.accessToken, body: { label: 'script' } })
    const token = made.json()['token'] as string
    expect((await stand.ask('GET /portfolios', { as: token })).statusCode).toBe(200)
    const change = (disabled: boolean) =>
      stand.ask('PATCH /users/bob', { as: ada.accessToken, body: { disabled } })
    expect((await change(true)).statusCode).toBe(200)
    for (const as of [bob.accessToken, token])
      expect((await stand.ask('GET /portfolios', { as })).statusCode).toBe(401)
    const refused = await stand.ask('POST /session', { body: { name: 'bob', password: PASSWORD } })
    expect([refused.statusCode, refused.json().detail]).toEqual([401, 'Name or password is wrong.'])
    await change(false)
    expect((await stand.ask('GET /me', { as: bob.accessToken })).statusCode).toBe(401)
    await signIn(stand, 'bob')
    expect((await stand.ask('GET /portfolios', { as: token })).statusCode).toBe(200)
  })

  test('A6: what the command line changes counts here within a second', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    await account(stand, 'bob')
    const bob = await signIn(stand, 'bob')
    expect((await stand.ask('GET /me', { as: bob.accessToken })).statusCode).toBe(200)
    await stand.accounts.edit('bob', { disabled: true })
    stand.clock.now += 1_001
    expect((await stand.ask('GET /me', { as: bob.accessToken })).statusCode).toBe(401)
  })

  test('A6: a refresh token that is used again ends the session for both who have it', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const first = await signIn(stand, 'ada')
    const refresh = (refreshToken: string) => stand.ask('POST /session/refresh', { body: { refreshToken } })
    const second = (await refresh(first.refreshToken)).json() as unknown as typeof first
    expect((await stand.ask('GET /me', { as: second.accessToken })).statusCode).toBe(200)
    expect((await refresh(first.refreshToken)).statusCode).toBe(401)
    expect((await refresh(second.refreshToken)).statusCode).toBe(401)
    for (const { accessToken } of [first, second])
      expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(401)
    expect(stand.events.filter(({ type }) => type === 'refresh-refused')).toHaveLength(2)
  })

  test('A6: of two who refresh at the same moment at most one goes on', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { refreshToken } = await signIn(stand, 'ada')
    const replies = await Promise.all(
      [1, 2].map(() => stand.ask('POST /session/refresh', { body: { refreshToken } })),
    )
    expect(replies.filter(({ statusCode }) => statusCode === 200).length).toBeLessThan(2)
  })

  test('somebody else of the same name has nothing of the one before', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const before = await account(stand, 'bob')
    const bob = await signIn(stand, 'bob')
    const made = await stand.ask('POST /tokens', { as: bob.accessToken, body: { label: 'script' } })
    await stand.accounts.remove('bob')
    const after = await stand.accounts.add({ name: 'bob', password: PASSWORD, role: 'owner' })
    stand.clock.now += 1_001
    expect(after.owner).not.toBe(before.owner)
    for (const as of [bob.accessToken, made.json()['token'] as string])
      expect((await stand.ask('GET /me', { as })).statusCode).toBe(401)
    const { refreshToken } = bob
    expect((await stand.ask('POST /session/refresh', { body: { refreshToken } })).statusCode).toBe(401)
  })

  test('sessions that are over, or of accounts that changed, are put away; the others stay', async () => {
    const stand = await authStand()
    for (const name of ['ada', 'bob', 'eve']) await account(stand, name)
    for (const name of ['ada', 'bob', 'eve']) await signIn(stand, name)
    await stand.accounts.edit('bob', { disabled: true })
    await stand.accounts.remove('eve')
    const sessions = new Sessions(stand.store, () => stand.clock.now)
    const left = async () => {
      await sessions.sweep(await stand.accounts.list())
      const kept = await stand.store.records({ owner: ':server', kind: 'passing:session' })
      return kept.map(({ value }) => (JSON.parse(value) as { user: string }).user)
    }
    expect(await left()).toEqual(['ada'])
    stand.clock.now += 14 * DAY
    expect(await left()).toEqual([])
  })
})
