import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { AssetId } from '#core/asset.ts'
import { hourOf } from '#core/hour.ts'
import { ROUTES, type RouteName } from '#delivery/api/contract.ts'
import type { Route } from '#delivery/api/contract/route.ts'
import { runOf } from '#tests/storage/support/values.ts'
import { holdingsOnly } from '../stand.ts'
import { account, authStand, NOON, signIn, type Stand } from './stand.ts'

/** ada with two portfolios, and prices that move. */
async function shared() {
  const stand = await authStand()
  await account(stand, 'ada')
  await stand.store.writePortfolio(holdingsOnly('other', 'local'))
  const prices = Array.from({ length: 24 * 9 }, (_, at) => 12_345.67 + (at % 37))
  const asset = 'bitcoin' as AssetId
  const run = { ...runOf(prices), asset, from: hourOf(NOON - (prices.length - 1) * 3_600_000) }
  await stand.store.writePrices([{ run, suspects: [], gaps: [] }])
  const { accessToken } = await signIn(stand, 'ada')
  return { stand, ada: accessToken }
}

/** Makes a link and opens it, as somebody does who got it. */
async function opened(stand: Stand, as: string, more: object = {}) {
  const made = await stand.ask('POST /shares', { as, body: { portfolio: 'ada', ...more } })
  const link = made.json()['link'] as string
  const token = /^\/#share=(tds_[0-9a-f]{24}_[\w-]{43})$/.exec(link)?.[1] ?? ''
  const open = () => stand.ask('POST /session/share', { body: { token } })
  return { id: made.json()['id'] as string, token, open, as: (await open()).json()['accessToken'] as string }
}

describe('a link that shows a portfolio', () => {
  test('shows that one, read only, and nothing else of whoever made it', async () => {
    const { stand, ada } = await shared()
    const { as } = await opened(stand, ada)
    const status = async (what: string, body?: object) =>
      (await stand.ask(what, { as, ...(body === undefined ? {} : { body }) })).statusCode
    expect((await stand.ask('GET /me', { as })).json()).toMatchObject({ role: 'viewer', portfolios: ['ada'] })
    expect(await status('GET /portfolio?portfolio=ada')).toBe(200)
    expect(await status('GET /portfolio/dashboard?portfolio=ada')).toBe(200)
    for (const path of ['/portfolio?portfolio=other', '/portfolio', '/portfolios', '/trades?portfolio=other'])
      expect(await status(`GET ${path}`), path).toBe(404)
    for (const path of ['/shares', '/tokens', '/users', '/runs'])
      expect(await status(`GET ${path}`), path).toBe(403)
    expect(await status('POST /tokens', { label: 'x' })).toBe(403)
    expect(await status('PATCH /me', { password: 'x', newPassword: 'y' })).toBe(403)
    const writes = (Object.keys(ROUTES) as RouteName[]).filter((name) => ROUTES[name].access === 'write')
    for (const name of writes) {
      const { method, path } = ROUTES[name]
      expect(await status(`${method} ${path.replace(/:\w+/, 'x')}`), name).toBe(403)
    }
  })

  test('is kept as a hash, listed without its token, and revoked at once', async () => {
    const { stand, ada } = await shared()
    const { id, token, open, as } = await opened(stand, ada)
    expect((await open()).statusCode).toBe(200)
    const forged = await stand.ask('POST /session/share', {
      body: { token: `${token.slice(0, 29)}${'A'.repeat(43)}` },
    })
    expect(forged.statusCode).toBe(401)
    const list = await stand.ask('GET /shares', { as: ada })
    expect(list.json()['shares']).toMatchObject([{ id, portfolio: 'ada', hideAmounts: false, expires: null }])
    const kept = await stand.store.records({ owner: ':server', kind: 'auth:share' })
    expect(list.body + JSON.stringify(kept)).not.toContain(token.slice(30))
    expect((await stand.ask(`DELETE /shares/${id}`, { as: ada })).statusCode).toBe(204)
    expect((await open()).statusCode).toBe(401)
    expect((await stand.ask('GET /portfolio?portfolio=ada', { as })).statusCode).toBe(401)
  })

  test('is over when its days are, or when whoever made it may not come in any more', async () => {
    const { stand, ada } = await shared()
    const short = await opened(stand, ada, { days: 1 })
    stand.clock.now += 86_400_000
    expect((await short.open()).statusCode).toBe(401)
    await account(stand, 'bob', 'admin')
    const { accessToken: bob } = await signIn(stand, 'bob')
    const { accessToken: again } = await signIn(stand, 'ada')
    const lasting = await opened(stand, again)
    expect((await stand.ask('GET /portfolio?portfolio=ada', { as: lasting.as })).statusCode).toBe(200)
    expect((await stand.ask('PATCH /users/ada', { as: bob, body: { disabled: true } })).statusCode).toBe(200)
    expect((await stand.ask('GET /portfolio?portfolio=ada', { as: lasting.as })).statusCode).toBe(401)
  })

  test('without amounts it has none, in any field; parts, per cents and prices stay', async () => {
    const { stand, ada } = await shared()
    const { as } = await opened(stand, ada, { hideAmounts: true })
    const shown = ['/portfolio', '/portfolio/dashboard', '/portfolio/history', '/portfolio/pnl']
    for (const path of shown) {
      const ask = (who: string) => stand.ask(`GET ${path}?portfolio=ada`, { as: who })
      const [whole, bare] = [await ask(ada), await ask(as)]
      expect([whole.statusCode, bare.statusCode], path).toEqual([200, 200])
      const route = (Object.values(ROUTES) as Route[]).find(
        (each) => each.path === path && each.method === 'GET',
      )
      expect((route?.answer as z.ZodObject).safeParse(bare.json()).error?.message, path).toBeUndefined()
      // Two bitcoins: whatever is an amount is at least that, and no price is twice a price.
      const amounts = [...whole.body.matchAll(/"(?:value|quantity|pnl)":(?:\[)?"(-?[\d.]+)"/g)].map(
        ([, x]) => x,
      )
      expect(amounts.length, path).toBeGreaterThan(0)
      for (const amount of amounts) expect(bare.body, `${path} ${amount}`).not.toContain(`"${amount}"`)
      expect(bare.headers['etag']).not.toBe(whole.headers['etag'])
    }
    const screen = (await stand.ask('GET /portfolio/dashboard?portfolio=ada', { as })).json() as unknown as {
      history: { value: null[]; index: number[] }
      allocation: { asset: { share: number }[]; wallet: [] }
      holdings: { mark: string; wallet: string }[]
      total: { change24h: { fraction: number } }
    }
    expect(screen.allocation).toMatchObject({ asset: [{ share: 1 }], wallet: [] })
    expect(screen.holdings).toMatchObject([{ mark: expect.stringMatching(/^\d/) as unknown, wallet: '' }])
    expect(screen.history.index[0]).toBe(1)
    expect(screen.history.value.every((value) => value === null)).toBe(true)
    const others = (Object.keys(ROUTES) as RouteName[]).filter((name) => {
      const { access, query, method } = ROUTES[name] as Route
      return access === 'read' && method === 'GET' && query !== undefined && 'portfolio' in query.shape
    })
    for (const name of others) {
      const { path } = ROUTES[name]
      if (shown.includes(path)) continue
      const reply = await stand.ask(`GET ${path.replace(':asset', 'bitcoin')}?portfolio=ada`, { as })
      expect(reply.statusCode, name).toBe(403)
    }
  })
})
