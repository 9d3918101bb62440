import { expect, onTestFinished, test } from 'vitest'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { redisChannel } from '#storage/redis/channel.ts'
import { redisOnce } from '#storage/redis/once.ts'
import { forThisTest, withPrivateServers } from '#tests/servers/in-tests.ts'
import { startRedis } from '#tests/servers/redis.ts'
import { client, held, HOUR, liveStand, portfolioOf, session, signedIn } from './stand.ts'

const servers = withPrivateServers('redis')

async function roomOf(url: string) {
  const channel = await redisChannel(url, 'news')
  onTestFinished(channel.close)
  return newsroom(channel)
}

servers.describe('two servers that share a Redis', () => {
  test('news told to one server reach the clients of both, once', async () => {
    const redis = await forThisTest(startRedis())
    const here = await liveStand({ interval: null, news: await roomOf(redis.url) })
    const ada = await signedIn(here, 'ada', 'admin')
    await here.store.writePortfolio(portfolioOf(ada.user.owner, 'main', [held('bitcoin', '1')]))
    const there = await liveStand({ interval: null, news: await roomOf(redis.url), file: here.file })
    const { token } = await session(there, 'ada')
    const clients = [await client(here, ada.token), await client(there, token)]
    for (const each of clients) await each.next('welcome')
    const run = { owner: 'local', run: 'first', command: 'ingest', at: HOUR } as const
    const states = async () => Promise.all(clients.map(async (each) => (await each.next('run')).state))
    here.news.tell({ type: 'run', owner: run.owner, event: { type: 'start', ...run } })
    expect(await states()).toEqual(['running', 'running'])
    there.news.tell({ type: 'run', owner: run.owner, event: { type: 'end', ...run, exitCode: 0 } })
    expect(await states()).toEqual(['complete', 'complete'])
    // Told by one, read by both.
    for (const each of clients) each.say({ type: 'watch', portfolios: ['main'] })
    for (const each of clients) await each.next('snapshot')
    for (const { told } of clients) expect(told.filter(({ type }) => type === 'run')).toHaveLength(2)
  })

  test('a value is given once, to whichever server asks first', async () => {
    const redis = await forThisTest(startRedis())
    const [here, there] = [await redisOnce(redis.url), await redisOnce(redis.url)]
    onTestFinished(() => [here, there].forEach(({ close }) => close()))
    await here.put('key', 'value', 10_000)
    const taken = await Promise.all([here.take('key'), there.take('key'), there.take('key')])
    expect(taken.filter((each) => each === 'value')).toHaveLength(1)
    await redis.kill()
    expect(await there.take('key')).toBeNull()
    await expect(here.put('key', 'value', 10_000)).rejects.toThrow()
  })
})
