import type { Config } from '#config/config.ts'
import { ok, warn, type Finding } from './check.ts'

/** Redis, where one is set: optional everywhere, so that nothing about it is worse than a warning. */
export async function checkRedis(config: Config): Promise<Finding[]> {
  if (config.redisUrl === null) return []
  const name = 'Redis answers'
  const { redisHealth } = await import('#storage/redis/health.ts')
  const health = await redisHealth(config.redisUrl)
  if (health.trouble !== null) {
    const found = `no (${health.trouble}): each process keeps limits alone, and there is no work queue`
    return [warn(name, found, 'Check REDIS_URL, its password, and that Redis runs there.')]
  }
  if (health.policy !== 'noeviction') {
    const found = `version ${health.version}, which throws keys away when it is full (${health.policy})`
    return [warn(name, found, 'Set "maxmemory-policy noeviction": a queue loses work otherwise.')]
  }
  return [ok(name, `version ${health.version}, keeps everything (noeviction)`)]
}
