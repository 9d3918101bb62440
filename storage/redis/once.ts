import { optionalRedis } from './client.ts'

const PREFIX = 'tidemark:once:'

export type RedisOnce = {
  /** @throws where Redis does not take it */
  readonly put: (key: string, value: string, ms: number) => Promise<void>
  /** Gives a value once, to whoever asks first; null where there is none, or no Redis. */
  readonly take: (key: string) => Promise<string | null>
  readonly close: () => void
}

/** Texts that are given once, to any of the processes that share a Redis. */
export async function redisOnce(url: string): Promise<RedisOnce> {
  const redis = await optionalRedis(url)
  return {
    put: async (key, value, ms) => void (await redis.set(PREFIX + key, value, 'PX', ms)),
    take: async (key) => redis.getdel(PREFIX + key).catch(() => null),
    close: () => redis.disconnect(),
  }
}
