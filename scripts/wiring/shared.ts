import { createHash } from 'node:crypto'
import type { Config } from '#config/config.ts'
import type { SharedLimit } from '#ingestion/http/options.ts'
import type { Emit } from '#pipeline/events.ts'
import type { ShortCache } from '#pipeline/queue/fresh-prices.ts'

/** What processes of one installation have together by Redis; everything works without it. */
export type Shared = {
  /** The budget of a provider's key, over all processes that use it. */
  readonly limit: (provider: string, key: string, perMinute: number) => SharedLimit
  readonly cache: ShortCache
  readonly close: () => Promise<void>
}

/** Connects to Redis where one is set. One that does not answer is said once, and is then done without. */
export async function openShared(config: Config, emit: Emit): Promise<Shared | null> {
  if (config.redisUrl === null) return null
  const [{ optionalRedis }, { SharedRedisLimit }, { redisCache }] = await Promise.all([
    import('#storage/redis/client.ts'),
    import('#storage/redis/limit.ts'),
    import('#storage/redis/cache.ts'),
  ])
  const redis = await optionalRedis(config.redisUrl)
  const limits: InstanceType<typeof SharedRedisLimit>[] = []
  const limit = (provider: string, key: string, perMinute: number) => {
    const name = `${provider}:${keyName(key)}`
    const onLost = (why: string, processes: number) =>
      emit({ type: 'notice', level: 'warn', message: lostWords(provider, why, processes) })
    const made = new SharedRedisLimit({ redis, name, perMinute, onLost })
    limits.push(made)
    return made
  }
  const close = async () => {
    await Promise.all(limits.map((one) => one.close()))
    redis.disconnect()
  }
  return { limit, cache: redisCache(redis), close }
}

/** Tells keys apart and gives none away. */
function keyName(key: string): string {
  return createHash('sha256').update(`tidemark limit ${key}`).digest('hex').slice(0, 16)
}

function lostWords(provider: string, why: string, processes: number): string {
  const part =
    processes > 1 ? `a ${processes}th of its rate, since ${processes} processes share it` : 'its rate'
  return `Redis does not answer (${why}): the run goes on, and this process alone keeps ${provider} to ${part}.`
}
