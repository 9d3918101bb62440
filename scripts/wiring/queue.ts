import { randomUUID } from 'node:crypto'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { LeaseStore } from '#pipeline/ports.ts'
import type { WorkQueue } from '#pipeline/queue/ports.ts'
import { storeId } from '#pipeline/queue/store-id.ts'
import type { Work } from '#pipeline/queue/work.ts'
import { openForJob } from './store.ts'

/** @throws TidemarkError CONFIG_INVALID when no Redis is set */
export function redisUrlOf(config: Config): string {
  if (config.redisUrl !== null) return config.redisUrl
  throw new TidemarkError('CONFIG_INVALID', {
    message: 'The work queue needs Redis, and REDIS_URL is not set.',
    fix: 'Set REDIS_URL=redis://host:6379/0 (or REDIS_URL_FILE); without a queue, "tidemark backfill --shard 1/4" shares work too.',
  })
}

/** The queue of the work of a store. @throws TidemarkError CONFIG_INVALID, STORE_UNAVAILABLE, CREDENTIAL_REFUSED */
export async function openQueue(config: Config, store: LeaseStore): Promise<WorkQueue> {
  const url = redisUrlOf(config)
  const { RedisQueue } = await import('#storage/redis/queue.ts')
  return RedisQueue.open<Work>(url, await idOf(store))
}

export const idOf = (store: LeaseStore): Promise<string> => storeId(store, Date.now(), randomUUID)

/** Looks into the queue of the configured store. Errors as `openQueue`, and those of opening the store. */
export async function withQueue<T>(config: Config, look: (queue: WorkQueue) => Promise<T>): Promise<T> {
  const store = await openForJob(config, false)
  let queue: WorkQueue | null = null
  try {
    queue = await openQueue(config, store)
    return await look(queue)
  } finally {
    await queue?.close()
    await store.close()
  }
}
