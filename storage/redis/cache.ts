import type { RedisClient } from './client.ts'

const PREFIX = 'tidemark:cache:'

/** Texts that are kept for a short time. Without Redis nothing is found and nothing is kept. */
export function redisCache(redis: RedisClient): {
  get(key: string): Promise<string | null>
  put(key: string, text: string, seconds: number): Promise<void>
} {
  return {
    get: (key) => redis.get(PREFIX + key).catch(() => null),
    async put(key, text, seconds) {
      await redis.set(PREFIX + key, text, 'EX', seconds).catch(() => undefined)
    },
  }
}
