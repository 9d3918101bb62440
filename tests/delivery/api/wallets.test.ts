import { describe, expect, test } from 'vitest'
import { evmChainName } from '#core/chain.ts'
import { keepPairTimes } from '#pipeline/chain/pair-times.ts'
import { holdingsOnly, stand } from './stand.ts'

const VITALIK = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
const URL = '/api/v1/portfolio/wallets'

describe('wallets of a portfolio', () => {
  test('are added with their checksum, changed and taken out; what is wrong is said and changes nothing', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    const add = (payload: object) => app.inject({ method: 'POST', url: URL, payload })
    const added = await add({
      address: VITALIK.toLowerCase(),
      label: 'cold',
      chains: ['ethereum', 'eip155:10'],
    })
    expect([added.statusCode, added.json()]).toMatchObject([
      201,
      { address: VITALIK, label: 'cold', chains: ['ethereum', 'optimism'], read: null },
    ])
    const wrong = [
      [{ address: VITALIK, chains: ['ethereum'] }, 409, 'already'],
      [{ address: VITALIK.replace('d8dA', 'd8da'), chains: ['ethereum'] }, 400, 'checksum'],
      [{ address: `0x${'1'.repeat(39)}`, chains: ['ethereum'] }, 400, '39 digits'],
      [{ address: `0x${'1'.repeat(40)}`, chains: ['etherium'] }, 400, 'etherium'],
      [{ address: `0x${'1'.repeat(40)}`, chains: ['ethereum'], label: 'COLD' }, 409, 'taken'],
      [{ address: `0x${'1'.repeat(40)}`, chains: ['ethereum'], admin: true }, 400, 'admin'],
    ] as const
    for (const [payload, status, words] of wrong) {
      const answer = await add(payload)
      expect([answer.statusCode, answer.body], words).toEqual([status, expect.stringContaining(words)])
    }
    const changed = await app.inject({ method: 'PATCH', url: `${URL}/${VITALIK}`, payload: { label: null } })
    expect(changed.json()).toMatchObject({ label: null, chains: ['ethereum', 'optimism'] })
    expect((await app.inject(URL)).json<{ wallets: unknown[] }>().wallets).toHaveLength(1)
    const removed = await app.inject({ method: 'DELETE', url: `${URL}/${VITALIK}` })
    expect([removed.statusCode, removed.body]).toEqual([204, ''])
    expect((await store.portfolio('local', 'main'))?.wallets).toEqual([])
    expect((await app.inject({ method: 'DELETE', url: `${URL}/${VITALIK}` })).statusCode).toBe(404)
  })

  test('make the first portfolio of somebody who has none, under a name that others have too', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main', 'grace'))
    const payload = { address: VITALIK, chains: ['ethereum'] }
    const named = await app.inject({ method: 'POST', url: `${URL}?portfolio=main`, payload })
    expect([named.statusCode, await store.portfolios('local')]).toEqual([404, []])
    expect((await app.inject({ method: 'POST', url: URL, payload })).statusCode).toBe(201)
    expect(await store.portfolios('local')).toMatchObject([{ name: 'main', baseCurrency: 'usd' }])
    expect((await store.portfolio('grace', 'main'))?.wallets).toEqual([])
  })

  test('say when they were last read on each of their chains, and whether a file keeps them', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    await app.inject({
      method: 'POST',
      url: URL,
      payload: { address: VITALIK, chains: ['ethereum', 'base'] },
    })
    const at = Date.parse('2026-11-20T11:00:00Z')
    const wallets = { read: [VITALIK.toLowerCase()], failed: [] }
    await keepPairTimes(store, { owner: 'local', chain: 'ethereum', at }, wallets)
    expect((await app.inject(URL)).json()).toMatchObject({
      inFile: false,
      wallets: [
        {
          reads: [
            { chain: 'ethereum', at: '2026-11-20T11:00:00Z', failed: false },
            { chain: 'base', at: null, failed: false },
          ],
        },
      ],
    })
  })

  test('can be on any chain that is listed, by the name that the list gives', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    const { chains } = (await app.inject('/api/v1/chains')).json<{
      chains: { name: string; id: string; usual: boolean }[]
    }>()
    expect(chains[0]).toEqual({
      ...{ name: 'ethereum', id: 'eip155:1', symbol: 'ETH', usual: true, testnet: false },
    })
    expect(new Set(chains.map(({ id }) => id)).size).toBe(chains.length)
    const names = chains.map(({ name }) => name)
    const added = await app.inject({
      method: 'POST',
      url: URL,
      payload: { address: VITALIK, chains: names.slice(0, 400) },
    })
    expect([added.statusCode, added.json()]).toMatchObject([201, { chains: names.slice(0, 400) }])
    expect(names.filter((name) => evmChainName(name) !== name)).toEqual([])
  })
})
