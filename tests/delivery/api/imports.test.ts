import { describe, expect, test } from 'vitest'
import { holdingsOnly, stand } from './stand.ts'

const URL = '/api/v1/portfolio/flows'
const HEADER = 'time,asset,quantity,kind,unit_price,wallet'
const GOOD = `${HEADER}\n2026-01-02T00:00:00Z,bitcoin,1,buy,50000,kraken\n2026-01-03T00:00:00Z,bitcoin,-0.4,sell,60000,kraken\n`
const csv = { 'content-type': 'text/csv' }

describe('files of flows', () => {
  test('are shown first, with every fault, and imported whole or not at all', async () => {
    const { app, store } = await stand()
    await store.writePortfolio(holdingsOnly('main'))
    const bad = `${GOOD}2026-01-04,bitcoin,1,sell,1,kraken\n2026-13-04,bitcoin,1,buy,1,kraken\n`
    const post = (path: string, payload: string) =>
      app.inject({ method: 'POST', url: `${URL}${path}`, headers: csv, payload })
    const preview = await post('/preview?name=C:%5Cfiles%5Cmy.csv', bad)
    expect([preview.statusCode, preview.json()]).toMatchObject([200, { format: 'flows', added: null }])
    expect(preview.json<{ faults: string[] }>().faults).toEqual([
      expect.stringMatching(/:4.*quantity/) as unknown,
      expect.stringMatching(/:5.*time/) as unknown,
    ])
    expect((await app.inject(URL)).json<{ total: number }>().total).toBe(0)
    expect((await post('/preview?name=my.csv', GOOD)).json()).toMatchObject({
      added: 2,
      faults: [],
      rows: [{ asset: 'bitcoin', file: 'my.csv', line: 2 }, { quantity: '-0.4' }],
    })
    const refused = await post('?name=my.csv', bad)
    expect([refused.statusCode, refused.json<{ faults: string[] }>().faults.length]).toEqual([422, 2])
    expect((await app.inject(URL)).json<{ total: number }>().total).toBe(0)
    const imported = await post('?name=my.csv', GOOD)
    expect([imported.statusCode, imported.json<{ added: number }>().added]).toEqual([201, 2])
    expect((await post('?name=my.csv', GOOD)).json()).toMatchObject({ added: 0, unchanged: 2 })
    expect((await app.inject(URL)).json<{ total: number }>().total).toBe(2)
  })

  test('come as files only: what a form of another site can send is 415', async () => {
    const { app } = await stand()
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url: URL,
        headers: { 'content-type': type },
        payload: GOOD,
      })
      expect(answer.statusCode, type).toBe(415)
    }
  })
})
