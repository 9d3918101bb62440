import { expect, test } from 'vitest'
import { askRoute } from '../contract/requests.ts'
import { world } from '../contract/world.ts'

const FLOOD = 500

test('A28: who asks five hundred things at once waits for themselves alone, and beyond a bound is told so', async () => {
  // Two threads, as a server has them; each answers when the test lets it.
  const held: (() => void)[] = []
  const waiting: (() => void)[] = []
  let running = 0
  const turn = async () => {
    if (running === 2) await new Promise<void>((go) => waiting.push(go))
    else running++
    await new Promise<void>((done) => held.push(done))
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
  const at = await world({
    serving: (server) => ({
      ...server,
      runner: {
        ...server.runner,
        run: async (name, ask) => {
          if (name === 'pnl') await turn()
          return server.runner.run(name, ask)
        },
      },
    }),
  })
  const order: string[] = []
  const ask = async (who: 'ada' | 'bob', days: number) => {
    const reply = await askRoute(at, 'pnl', who, { query: { portfolio: who, days } })
    order.push(who)
    return reply
  }
  const flood = Array.from({ length: FLOOD }, (_, day) => ask('ada', day + 1))
  await expect.poll(() => order.length).toBe(FLOOD - 102)
  const bobs = ask('bob', 1)
  // Neither health nor what is computed by nobody waits.
  expect((await askRoute(at, 'live', 'nobody')).statusCode).toBe(200)
  expect((await askRoute(at, 'me', 'ada')).statusCode).toBe(200)
  await expect.poll(() => held.length + waiting.length).toBe(3)
  let over = false
  const letting = (async () => {
    while (!over) {
      held.shift()?.()
      await new Promise((next) => setImmediate(next))
    }
  })()
  expect((await bobs).statusCode).toBe(200)
  const before = order.filter((who) => who === 'ada').length - (FLOOD - 102)
  expect(before).toBeLessThan(5)
  const replies = await Promise.all(flood)
  over = true
  await letting
  const refused = replies.filter(({ statusCode }) => statusCode === 429)
  expect([refused.length, replies.filter(({ statusCode }) => statusCode === 200).length]).toEqual([
    FLOOD - 102,
    102,
  ])
  for (const { headers, body } of refused) {
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(JSON.parse(body)).toMatchObject({ code: 'TOO_MANY', status: 429 })
  }
  // Afterwards there is room again.
  const [last] = await Promise.all([
    ask('ada', 700),
    expect
      .poll(() => held.length)
      .toBe(1)
      .then(() => held[0]?.()),
  ])
  expect(last?.statusCode).toBe(200)
})
