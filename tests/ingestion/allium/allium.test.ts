import { afterEach, describe, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { signFault } from '#core/flow.ts'
import { HOUR_MS, hourOf, type Hour } from '#core/hour.ts'
import { allium, type Allium, type AlliumOptions } from '#ingestion/allium/client.ts'
import type { PriceSource, WalletSource } from '#pipeline/ports.ts'
import { inventedWallet } from '#scripts/simulator/wallet.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import * as fault from '#tests/support/provider-faults.ts'

const ADDRESS = '0x00000000000000000000000000000000000a11ce'
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const now = Date.UTC(2026, 2, 10, 12, 34, 56)
const start = hourOf(now - 40 * 24 * HOUR_MS)
const never = new AbortController().signal
const id = (text: string) => text as AssetId
const wallet = inventedWallet({ address: ADDRESS, seed: 5, from: start, to: now, everyHours: 5 })
const market = syntheticMarket({ seed: 3, wallets: [wallet] })
const known: Readonly<Record<string, string>> = { native: 'ethereum', [USDC]: 'usd-coin' }

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})
async function simulator(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const simulated = await startSimulator({ market, now: () => now, alliumKey: 'key', ...options })
  open.push(simulated)
  return simulated
}
type Ports = { readonly wallets: WalletSource; readonly prices: PriceSource }
function client(baseUrl: string, options: Partial<AlliumOptions> = {}): Allium & Ports {
  const made = allium({
    ...{ apiKey: 'key', baseUrl, perMinute: 60_000, isOwn: () => false },
    resolve: (_chain, contract) => (known[contract] as AssetId | undefined) ?? null,
    addressOf: (asset) => (asset === 'ethereum' ? { chain: 'eip155:1', contract: 'native' } : null),
    http: { now: () => now, retry: { retries: 2, minMs: 5, maxMs: 10, rateLimitMs: 5 } },
    ...options,
  })
  open.push(made)
  return made
}
const question = { owner: 'local', address: ADDRESS, chain: 'ethereum', from: start, to: now }

describe('wallets', () => {
  test('flows explain every balance exactly, anchor by anchor', async () => {
    const { alliumUrl } = await simulator()
    const { balances, flows, faults } = await client(alliumUrl).wallets.wallet(question, never)
    expect(faults).toEqual([])
    expect(new Set(balances.map(({ asset }) => asset))).toEqual(new Set(['ethereum', 'usd-coin']))
    for (const balance of balances) {
      const before = flows.filter(({ asset, time }) => asset === balance.asset && time <= balance.time)
      const sum = before.reduce((total, flow) => total.plus(flow.quantity), new Decimal(0))
      expect(formatDecimal(sum)).toBe(balance.quantity)
    }
    for (const flow of flows) expect(signFault(flow.kind, flow.quantity)).toBeNull()
    expect(new Set(flows.map(({ kind }) => kind))).toEqual(
      new Set(['buy', 'sell', 'gas', 'deposit', 'withdraw']),
    )
  })

  test('reading again gives the same rows with the same ids, each once, whatever the range', async () => {
    const { alliumUrl } = await simulator()
    const source = client(alliumUrl).wallets
    const first = await source.wallet(question, never)
    expect(await source.wallet(question, never)).toEqual(first)
    expect(new Set(first.flows.map((flow) => flow.id)).size).toBe(first.flows.length)
    const later = await source.wallet({ ...question, from: start + 20 * 24 * HOUR_MS }, never)
    expect(later.flows.length).toBeLessThan(first.flows.length)
    for (const flow of later.flows) expect(first.flows).toContainEqual(flow)
  })

  test('all pages are read, by cursor', async () => {
    const small: SimulatorOptions['intercept'] = (ask) => {
      if (ask.path.endsWith('/transactions')) ask.query.set('limit', '7')
      return false
    }
    const { alliumUrl, seen } = await simulator({ intercept: small })
    const { flows } = await client(alliumUrl).wallets.wallet(question, never)
    expect(new Set(flows.map(({ tx }) => tx)).size).toBe(wallet.transactions.length)
    const pages = seen.filter(({ path }) => path.endsWith('/transactions'))
    expect(pages.length).toBe(Math.ceil(wallet.transactions.length / 7))
  })

  test('pages beyond the range are not read', async () => {
    const small: SimulatorOptions['intercept'] = (ask) => {
      if (ask.path.endsWith('/transactions')) ask.query.set('limit', '7')
      return false
    }
    const { alliumUrl, seen } = await simulator({ intercept: small })
    await client(alliumUrl).wallets.wallet({ ...question, from: now - 24 * HOUR_MS }, never)
    expect(seen.filter(({ path }) => path.endsWith('/transactions')).length).toBeLessThanOrEqual(2)
  })

  test('a page that fails leaves no flows at all, and says so; balances stay', async () => {
    let page = 0
    const { alliumUrl } = await simulator({
      intercept: (ask, request, response) => {
        if (!ask.path.endsWith('/transactions')) return false
        ask.query.set('limit', '7')
        if (page++ < 2) return false
        fault.html(request, response)
        return true
      },
    })
    const answer = await client(alliumUrl).wallets.wallet(question, never)
    expect(answer.flows).toEqual([])
    expect(answer.faults).toEqual([expect.stringContaining('transactions of')])
    expect(answer.balances.length).toBeGreaterThan(0)
  })

  test('a chain that is not there is an error, not an empty wallet', async () => {
    const { alliumUrl } = await simulator()
    const source = client(alliumUrl).wallets
    expect(await source.supports('ethereum', never)).toBe(true)
    expect(await source.supports('Ethereum', never)).toBe(true)
    expect(await source.supports('solana', never)).toBe(false)
    expect(await source.supports('nowhere', never)).toBe(false)
    await expect(source.wallet({ ...question, chain: 'nowhere' }, never)).rejects.toMatchObject({
      kind: 'not-found',
    })
  })

  test('a refused key', async () => {
    const { alliumUrl } = await simulator()
    const source = client(alliumUrl, { apiKey: 'wrong' }).wallets
    await expect(source.wallet(question, never)).rejects.toMatchObject({
      code: 'CREDENTIAL_REFUSED',
      exitCode: 4,
    })
  })

  test('a transfer to an own wallet is a transfer', async () => {
    const { alliumUrl } = await simulator()
    const own = client(alliumUrl, { isOwn: () => true })
    const { flows } = await own.wallets.wallet(question, never)
    const kinds = new Set(flows.map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['buy', 'sell', 'gas', 'transfer']))
  })
})

describe('hourly prices', () => {
  const from = (hourOf(now) - 50 * HOUR_MS) as Hour
  const ask = { asset: id('ethereum'), quote: 'usd' as Quote, from, to: now }

  test('the opening price at each hour, whole candles, covered up to now', async () => {
    const { alliumUrl } = await simulator()
    const answer = await client(alliumUrl).prices.prices(ask, never)
    expect(answer.samples.times.length).toBe(51)
    for (const [index, time] of answer.samples.times.entries()) {
      expect(time).toBe(from + index * HOUR_MS)
      expect(answer.samples.prices[index]).toBe(market.priceAt('ethereum', time))
    }
    const { open: opens, high, low, count, first, last, covered } = answer.candles
    expect([...opens]).toEqual([...answer.samples.prices])
    expect(high.every((value, hour) => value >= (low[hour] as number))).toBe(true)
    expect([count[0], first[0], last[0], covered[0]]).toEqual([1, 0, HOUR_MS - 1000, HOUR_MS])
    expect(covered.at(-1)).toBe(Math.floor((now - hourOf(now)) / 1000) * 1000)
  })

  test('only what lives on a known chain, and in usd', async () => {
    const { alliumUrl } = await simulator()
    const { prices } = client(alliumUrl)
    const asked = ['ethereum', `eip155:1/erc20:${USDC}`, 'eip155:99999/erc20:0x1', 'dogecoin'].map(id)
    expect(asked.map((asset) => prices.supports(asset, 'usd' as Quote))).toEqual([true, true, false, false])
    expect(prices.supports(id('ethereum'), 'eur' as Quote)).toBe(false)
    const token = await prices.prices({ ...ask, asset: asked[1] as AssetId }, never)
    expect(token.samples.prices.every((price) => Math.abs(price - 1) < 0.01)).toBe(true)
  })

  test('F14: hours that open with no number above 0 are kept aside', async () => {
    const alter: SimulatorOptions['alter'] = (reply) => {
      const body = reply.body as { items?: { prices?: { open: unknown }[] }[] }
      const [first, second, third] = body.items?.[0]?.prices ?? []
      if (first && second && third) [first.open, second.open, third.open] = [0, null, '5']
      return reply
    }
    const { alliumUrl } = await simulator({ alter })
    const { samples, invalid, candles } = await client(alliumUrl).prices.prices(ask, never)
    expect(invalid.map(({ price }) => price)).toEqual(['0', 'null', '5'])
    expect([samples.times.length, ...candles.count.slice(0, 4)]).toEqual([48, 0, 0, 0, 1])
  })

  test('a token without a series is an error of that item', async () => {
    const { alliumUrl } = await simulator({
      alter: (reply, { path }) => (path.includes('/prices/') ? { ...reply, body: { items: [] } } : reply),
    })
    await expect(client(alliumUrl).prices.prices(ask, never)).rejects.toMatchObject({
      code: 'PROVIDER_ANSWER',
    })
  })
})

describe('the probe', () => {
  test('tells the chains, and tries the key with one call for one price', async () => {
    const { alliumUrl, seen } = await simulator()
    const probe = await client(alliumUrl).probe(never)
    expect(probe).toMatchObject({ host: new URL(alliumUrl).host, chains: ['base', 'ethereum'] })
    expect(Math.abs(probe.at - now)).toBeLessThan(1_000)
    const keyed = seen.filter(({ path }) => path.startsWith('/api/v1/developer'))
    expect(keyed.map(({ path, status }) => [path, status])).toEqual([
      ['/api/v1/developer/prices/history', 200],
    ])
  })

  test('a refused key is CREDENTIAL_REFUSED, though the list of chains came', async () => {
    const { alliumUrl, seen } = await simulator({ alliumKey: 'another' })
    await expect(client(alliumUrl).probe(never)).rejects.toMatchObject({ code: 'CREDENTIAL_REFUSED' })
    expect(seen.map(({ status }) => status).sort()).toEqual([200, 401])
  })
})
