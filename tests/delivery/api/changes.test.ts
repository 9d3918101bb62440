import { expect, test } from 'vitest'
import type { News } from '#delivery/api/live/news.ts'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { tellChanges } from '#delivery/api/live/tell-changes.ts'
import { suspectOf } from '#tests/storage/support/values.ts'
import { NOON } from './auth/stand.ts'
import { askRoute, REQUESTS } from './contract/requests.ts'
import { world } from './contract/world.ts'

test('what is changed over the API is told to those who watch, and nothing else is', async () => {
  const told: News[] = []
  const news = newsroom()
  news.listen((each) => told.push(each))
  const at = await world({
    serving: (server, { store }) => ({ ...server, onChange: tellChanges(news, store) }),
  })
  const changes = async (...asked: Parameters<typeof askRoute> extends [unknown, ...infer R] ? R : never) => {
    told.length = 0
    const { statusCode } = await askRoute(at, ...asked)
    await new Promise((next) => setTimeout(next, 20))
    return [statusCode, ...told]
  }
  const of = (what: string, owner = 'local', portfolio = 'ada') => ({
    type: 'changed',
    owner,
    portfolio,
    what,
  })
  expect(await changes('addWallet')).toEqual([201, of('wallets')])
  expect(await changes('changeWallet')).toEqual([200, of('wallets')])
  expect(await changes('removeWallet')).toEqual([204, of('wallets')])
  expect(await changes('importFlows')).toEqual([201, of('flows')])
  for (const name of ['previewImport', 'dashboard', 'addToken', 'addShare'] as const)
    expect((await changes(name)).slice(1), name).toEqual([])
  expect(await changes('addWallet', 'eve')).toEqual([403])
  expect(await changes('removeWallet')).toEqual([404])
  expect(await changes('importFlows', 'ada', { query: { portfolio: 'ada' }, body: 'x' })).toEqual([400])
  // Who has one portfolio names none, and it is told by its name.
  const [bob] = (await at.accounts.list()).filter(({ name }) => name === 'bob')
  const { body } = REQUESTS.addWallet ?? {}
  expect(await changes('addWallet', 'bob', { body })).toEqual([201, of('wallets', bob?.owner, 'bob')])
})

test('a sample that is taken changes the candle of its hour once; one that is kept out, none', async () => {
  const at = await world()
  const time = NOON - 50 * 3_600_000
  const decide = async (take: boolean) => {
    const body = { asset: 'bitcoin', quote: 'usd', provider: 'coingecko', take }
    const reply = await askRoute(at, 'decideSuspect', 'ada', {
      body: { ...body, time: new Date(time).toISOString().replace('.000', '') },
    })
    expect(reply.statusCode, reply.body).toBe(200)
    return reply.json()['hours']
  }
  expect(suspectOf(time).asset).toBe('bitcoin')
  expect(await decide(true)).toBe(1)
  expect(await decide(true)).toBe(0)
  expect(await decide(false)).toBe(0)
})
