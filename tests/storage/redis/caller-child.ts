/** A process that calls a provider as fast as it may, together with others: provider, Redis, calls a minute, seconds. */
import { setMaxListeners } from 'node:events'
import { createHttp } from '#ingestion/http/http.ts'
import { optionalRedis } from '#storage/redis/client.ts'
import { SharedRedisLimit } from '#storage/redis/limit.ts'

const [provider = '', redisUrl = '', perMinute = '', seconds = ''] = process.argv.slice(2)
setMaxListeners(1_000)
const redis = await optionalRedis(redisUrl)
const shared = new SharedRedisLimit({
  redis,
  name: 'test',
  perMinute: Number(perMinute),
  onLost: (why, processes) => console.log(`lost ${why} ${processes}`),
})
// Few at once, so that few wait for a place when Redis is lost: what is seen after that is what each does alone.
const options = { perMinute: Number(perMinute), maxConcurrent: 6 }
const http = createHttp({ provider: 'test', baseUrl: provider, ...options, shared })
// Answered when all are there, so that they call for the same time.
await fetch(`${provider}/ready`)
const stop = AbortSignal.timeout(Number(seconds) * 1000)
console.log('ready')
const call = (n: number) => http.getJson(`/${process.pid}/${n}`, { signal: stop }).catch(() => undefined)
await Promise.all(
  Array.from({ length: Math.ceil((Number(perMinute) * Number(seconds)) / 60) }, (_, n) => call(n)),
)
console.log('done')
process.exit(0)
