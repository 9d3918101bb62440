import { randomUUID } from 'node:crypto'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { whyNot, type RedisClient } from './client.ts'
import { Peers } from './peers.ts'

/** 1 % slower than the rate, so that calls which arrive a little early are not one too many in a minute. */
const SLOWER = 1.01
const MINUTE_MS = 60_000

/** After a failure Redis is left alone for this long: a slow one must not slow every call down. */
const REST_MS = 5_000

/**
 * Gives out places one spacing apart, in the order in which they are asked for. A counter of the minute, which is the
 * library's own, would let twice the rate through where one minute ends and the next begins. Only differences of the
 * server's clock count: set back, it takes what is free with it; set forward, it lets through at most those who wait.
 */
const NEXT_PLACE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local state = redis.call('HMGET', KEYS[1], 'free', 'seen')
local free = tonumber(state[1] or now)
local seen = tonumber(state[2] or now)
if now < seen then free = free - (seen - now) end
local at = math.max(now, free)
local spacing = tonumber(ARGV[4]) * 1000 * ${SLOWER} / tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'free', string.format('%.3f', at + spacing), 'seen', string.format('%.3f', now))
redis.call('EXPIRE', KEYS[1], 3600)
return {1, math.ceil(at - now)}`

export type SharedLimitOptions = {
  readonly redis: RedisClient
  /** What the budget belongs to; whoever gives the same name shares it. */
  readonly name: string
  readonly perMinute: number
  /** Told why, once for each time that Redis is lost. */
  readonly onLost: (why: string, processes: number) => void
}

/**
 * The calls a minute that all processes with one key may make together. Without Redis each keeps to its part of the
 * rate, by how many they were when it was last seen.
 */
export class SharedRedisLimit {
  private readonly name: string
  private readonly limiter: RateLimiterRedis
  private readonly peers: Peers
  private readonly spacingMs: number
  private readonly onLost: SharedLimitOptions['onLost']
  private localFree = 0
  private restUntil = 0
  private lost = false

  constructor({ redis, name, perMinute, onLost }: SharedLimitOptions) {
    this.name = name
    this.spacingMs = (MINUTE_MS * SLOWER) / perMinute
    this.onLost = onLost
    this.peers = new Peers(redis, `tidemark:processes:${name}`, randomUUID())
    this.limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: 'tidemark:limit',
      points: perMinute,
      duration: MINUTE_MS / 1000,
      customIncrTtlLuaScript: NEXT_PLACE,
      rejectIfRedisNotReady: true,
    })
  }

  /** Takes the next free place and says how long to wait for it, in milliseconds. Never fails. */
  async reserve(): Promise<number> {
    const now = performance.now()
    const delay = now < this.restUntil ? null : await this.sharedDelay()
    if (delay === null) return this.localDelay()
    // Where Redis is lost next, this process goes on behind the place it took last.
    this.localFree = Math.max(this.localFree, performance.now() + delay + this.spacingMs)
    return delay
  }

  async close(): Promise<void> {
    await this.peers.leave()
  }

  private async sharedDelay(): Promise<number | null> {
    try {
      this.peers.show()
      const { msBeforeNext } = await this.limiter.consume(this.name)
      this.lost = false
      return msBeforeNext
    } catch (error) {
      this.restUntil = performance.now() + REST_MS
      if (!this.lost) this.onLost(whyNot(error), this.peers.count)
      this.lost = true
      return null
    }
  }

  private localDelay(): number {
    const now = performance.now()
    const at = Math.max(now, this.localFree)
    this.localFree = at + this.spacingMs * this.peers.count
    return at - now
  }
}
