import { optionalRedis, whyNot } from './client.ts'

/** What a Redis says about itself; `trouble` is why it says nothing. */
export type RedisHealth =
  { readonly trouble: string } | { readonly trouble: null; readonly version: string; readonly policy: string }

/** Asks a Redis for its version and for what it does when it is full. Within seconds, and changes nothing. */
export async function redisHealth(url: string): Promise<RedisHealth> {
  const redis = await optionalRedis(url)
  try {
    // Not CONFIG GET, to which a user with few rights has none.
    const info = await redis.info()
    const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? 'unknown'
    return { trouble: null, version: field('redis_version'), policy: field('maxmemory_policy') }
  } catch (error) {
    return { trouble: whyNot(error) }
  } finally {
    redis.disconnect()
  }
}
