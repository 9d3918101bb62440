import type { RedisClient } from './client.ts'

/** How often a process shows that it is there, and after how long it is counted no more. */
const BEAT_MS = 2_000
const GONE_MS = 10_000

/** Times are the server's; those that lie far ahead of its clock are from before it was set back. */
const SHOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + ARGV[2], '+inf')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])`

/** How many processes use something together, this one included, as last seen. */
export class Peers {
  count = 1
  private readonly redis: RedisClient
  private readonly key: string
  private readonly id: string
  private shownAt = -Infinity

  constructor(redis: RedisClient, key: string, id: string) {
    this.redis = redis
    this.key = key
    this.id = id
  }

  /** Shows that this process is there, where that is due. Not waited for. */
  show(): void {
    const now = performance.now()
    if (now - this.shownAt < BEAT_MS) return
    this.shownAt = now
    void this.redis.eval(SHOW, 1, this.key, this.id, GONE_MS).then(
      (count) => (this.count = Math.max(1, Number(count))),
      () => undefined,
    )
  }

  async leave(): Promise<void> {
    await this.redis.zrem(this.key, this.id).catch(() => undefined)
  }
}
