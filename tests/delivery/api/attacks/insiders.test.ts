import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { askRoute, NAMES, REQUESTS, routeOf } from '../contract/requests.ts'
import { WALLET, world, type Who, type World } from '../contract/world.ts'

const READS = NAMES.filter((name) => routeOf(name).method === 'GET' && routeOf(name).access === 'read')
const get = (at: World, who: Who, path: string, headers = {}) =>
  at.ask(`GET ${path}`, { as: at.as[who] ?? '', headers })

describe('somebody who has an account, or a link', () => {
  test('is answered with nothing that was kept for another, whoever asked first', async () => {
    for (const order of [
      ['ada', 'hidden', 'shared', 'bob'],
      ['hidden', 'bob', 'shared', 'ada'],
    ] as Who[][]) {
      const at = await world()
      const bodies = new Map<Who, string>()
      for (const who of order) bodies.set(who, (await get(at, who, '/portfolio?portfolio=ada')).body)
      expect(JSON.parse(bodies.get('ada') ?? '')).toMatchObject({
        total: { value: expect.stringMatching(/^\d/) as string },
      })
      expect(bodies.get('shared')).toBe(bodies.get('ada'))
      expect(JSON.parse(bodies.get('hidden') ?? '')).toMatchObject({ total: { value: null } })
      expect(JSON.parse(bodies.get('bob') ?? '')).toMatchObject({ code: 'NOT_FOUND' })
    }
  })

  test('sees no amount, and no tag that an amount could be guessed by, through a link that hides them', async () => {
    const at = await world()
    const paths = ['/portfolio', '/portfolio/dashboard', '/portfolio/history', '/portfolio/pnl']
    for (const path of paths) {
      const url = `${path}?portfolio=ada`
      const shown = await get(at, 'hidden', url)
      const before = shown.headers['etag']
      expect(shown.statusCode, path).toBe(200)
      expect(shown.body, path).not.toContain(WALLET)
      expect((await get(at, 'ada', url)).headers['etag'], path).not.toBe(before)
      expect(
        (
          await get(at, 'hidden', url, {
            'if-none-match': String((await get(at, 'ada', url)).headers['etag']),
          })
        ).statusCode,
        path,
      ).toBe(200)
    }
    // Twice as much of everything is the same without amounts, to the tag.
    const tags = async () =>
      Promise.all(
        paths
          .slice(0, 1)
          .map(async (path) => (await get(at, 'hidden', `${path}?portfolio=ada`)).headers['etag']),
      )
    const before = await tags()
    const { store } = at
    const portfolio = await store.portfolio('local', 'ada')
    if (portfolio === null) throw new Error('no portfolio')
    await store.writePortfolio({
      ...portfolio,
      name: 'double',
      holdings: [{ ...portfolio.holdings[0]!, quantity: '4' }],
    })
    await store.writePortfolio({ ...portfolio, name: 'single' })
    const shares = await Promise.all(
      ['single', 'double'].map(async (name) => {
        const made = await at.ask('POST /shares', {
          as: at.as.ada ?? '',
          body: { portfolio: name, hideAmounts: true },
        })
        const opened = await at.ask('POST /session/share', {
          body: { token: String(made.json()['link']).slice('/#share='.length) },
        })
        const reply = await at.ask(`GET /portfolio?portfolio=${name}`, {
          as: opened.json()['accessToken'] as string,
        })
        return reply.body.replaceAll(name, 'x')
      }),
    )
    expect(shares[0]).toBe(shares[1])
    expect(before).toHaveLength(1)
  })

  test('is told of no asset that only others hold: not by prices, gaps, samples or health', async () => {
    const at = await world()
    for (const who of ['bob', 'shared'] as const) {
      const named = who === 'shared' ? '&portfolio=ada' : ''
      for (const path of [
        '/prices?limit=1000',
        '/prices?limit=1000&assets=secret-coin',
        '/gaps?limit=1000',
        '/gaps?assets=secret-coin',
      ]) {
        const reply = await get(at, who, `${path}${named}`)
        expect(reply.statusCode, `${who} ${path}`).toBe(200)
        expect(reply.body, `${who} ${path}`).not.toContain('secret-coin')
      }
      const screen = await get(at, who, `/portfolio/dashboard?range=7d${named}`)
      const { health } = screen.json() as unknown as { health: { suspects: number; gaps: { count: number } } }
      expect([health.suspects, health.gaps.count], who).toEqual(who === 'bob' ? [1, 1] : [2, 2])
    }
    expect((await get(at, 'bob', '/prices?limit=1000')).body).toContain('bitcoin')
    expect((await get(at, 'ada', '/gaps')).body).toContain('secret-coin')
  })

  test('learns from no text, header or length whether another’s portfolio is there', async () => {
    const at = await world()
    for (const name of READS.filter((each) => 'portfolio' in (routeOf(each).query?.shape ?? {}))) {
      const request = REQUESTS[name] ?? {}
      const replies = await Promise.all(
        ['ada', 'eva'].map((portfolio) =>
          askRoute(at, name, 'bob', { ...request, query: { ...request.query, portfolio } }),
        ),
      )
      const [hers, none] = replies.map(({ statusCode, headers, body }) => [
        statusCode,
        Object.keys(headers).sort().join(),
        body.replace(/"instance":"[^"]*"/, ''),
      ])
      expect(hers, name).toEqual(none)
    }
  })

  test('A24, A35: names that would be markup or orders come out as the text they are, under a policy without exceptions', async () => {
    const at = await world()
    const evil = '<img src=x onerror=alert(1)>\u202e\u001b]0;x\u0007'
    const asset = 'bitcoin' as AssetId
    const unknown = { rank: 1, price: null, marketCap: null, volume: null, updated: null }
    await at.store.writeCoins([{ asset, symbol: evil, name: evil, quote: 'usd', ...unknown }], 1)
    const reply = await get(at, 'ada', '/assets/bitcoin?portfolio=ada')
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(reply.headers['x-content-type-options']).toBe('nosniff')
    const policy = String(reply.headers['content-security-policy'])
    expect(policy).toMatch(/default-src 'self'/)
    expect(policy).not.toMatch(/unsafe|\*|https:\/\//)
    expect(policy).toMatch(/object-src 'none'.*|frame-ancestors 'none'/)
    expect(reply.body).toContain('onerror')
    expect([...reply.body].some((letter) => letter < ' ')).toBe(false)
  })

  test('two who change one portfolio at once both get what they asked for', async () => {
    const at = await world()
    const wallets = Array.from({ length: 8 }, (_, index) => `0x${String(index + 1).repeat(40)}`)
    const replies = await Promise.all(
      wallets.map((address) =>
        askRoute(at, 'addWallet', 'ada', {
          query: { portfolio: 'ada' },
          body: { address, chains: ['ethereum'] },
        }),
      ),
    )
    expect(replies.map(({ statusCode }) => statusCode)).toEqual(wallets.map(() => 201))
    const kept = (await at.store.portfolio('local', 'ada'))?.wallets.map(({ address }) => address)
    expect(kept).toEqual(expect.arrayContaining(wallets))
  })
})
