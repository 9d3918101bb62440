import { expect, onTestFinished, test } from 'vitest'
import { forThisTest, withPrivateServers, withServers } from './in-tests.ts'
import { answersPing, pings } from './pings.ts'
import { answers } from './probe.ts'
import { startRedis } from './redis.ts'
import { startToxiproxy } from './toxiproxy.ts'
import { toxiproxyAt, type Proxy, type Toxic } from './toxiproxy-client.ts'

const servers = withServers('redis', 'toxiproxy')

servers.describe('a proxy before a server', () => {
  async function proxyOfRedis(): Promise<Proxy> {
    const { redis, toxiproxy } = await servers.addresses()
    const proxy = await toxiproxyAt(toxiproxy.url).proxy(redis.url)
    onTestFinished(() => proxy.delete())
    return proxy
  }

  test('passes everything on, until it is told otherwise', async () => {
    expect(await answersPing((await proxyOfRedis()).port)).toBe(true)
  })

  test.each<Toxic>([
    { type: 'timeout', timeout: 0 },
    { type: 'timeout', timeout: 50 },
    { type: 'reset_peer', timeout: 0 },
    { type: 'limit_data', bytes: 3 },
    { type: 'latency', latency: 5000, stream: 'upstream' },
    { type: 'bandwidth', rate: 0 },
  ])('spoils what passes by $type, and no more when that is removed', async (toxic) => {
    const proxy = await proxyOfRedis()
    const name = await proxy.add(toxic)
    expect(await pings(proxy.port)).toBe(false)
    await proxy.remove(name)
    expect(await answersPing(proxy.port)).toBe(true)
  })

  test('a latency is kept', async () => {
    const proxy = await proxyOfRedis()
    await proxy.add({ type: 'latency', latency: 300 })
    const before = performance.now()
    expect(await answersPing(proxy.port)).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(290)
  })

  test('a slow close comes late', async () => {
    const proxy = await proxyOfRedis()
    await proxy.add({ type: 'slow_close', delay: 300 })
    const before = performance.now()
    expect(await answers(proxy.port, 'QUIT\r\n', () => false)).toBe(false)
    expect(performance.now() - before).toBeGreaterThan(290)
  })

  test('refuses connections while it is disabled, and keeps its port', async () => {
    const proxy = await proxyOfRedis()
    await proxy.disable()
    expect(await pings(proxy.port)).toBe(false)
    await proxy.add({ type: 'timeout', timeout: 0 })
    await proxy.clear()
    expect(await answersPing(proxy.port)).toBe(true)
  })

  test.each([
    ['redis://127.0.0.1:6379', 'redis://HERE'],
    [
      'mongodb://user:p%40ss@127.0.0.1:27017/tidemark?timeoutMS=5',
      'mongodb://user:p%40ss@HERE/tidemark?timeoutMS=5',
    ],
    ['http://localhost:8086/api', 'http://HERE/api'],
  ])('leads %s through its port', async (url, through) => {
    const proxy = await proxyOfRedis()
    expect(proxy.through(url)).toBe(through.replace('HERE', `127.0.0.1:${proxy.port}`))
  })

  test('an upstream that does not exist is an error of who asked', async () => {
    const { toxiproxy } = await servers.addresses()
    await expect(toxiproxyAt(toxiproxy.url).proxy('')).rejects.toThrow(/Toxiproxy answered 4/)
  })
})

withPrivateServers('redis', 'toxiproxy').describe('a Toxiproxy of a test', () => {
  test('lets a server behind it die and come back', async () => {
    const redis = await forThisTest(startRedis())
    const toxiproxy = await forThisTest(startToxiproxy())
    const proxy = await toxiproxy.proxy(redis.url)
    await redis.kill()
    expect(await pings(proxy.port)).toBe(false)
    await redis.restart()
    expect(await answersPing(proxy.port)).toBe(true)
  })

  test('forgets its proxies when it ends', async () => {
    const toxiproxy = await forThisTest(startToxiproxy())
    const proxy = await toxiproxy.proxy('127.0.0.1:1')
    await toxiproxy.restart()
    await expect(proxy.add({ type: 'timeout', timeout: 0 })).rejects.toThrow(/404/)
  })
})
