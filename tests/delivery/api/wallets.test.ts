import { describe, expect, test } from 'vitest'
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
})
