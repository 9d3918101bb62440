import type { Redis, RedisOptions } from 'ioredis'

export type RedisClient = Redis
type Options = Omit<RedisOptions, 'replyMapping'>

/** How long a connection may take to stand, and an answer to come: whoever waits for Redis waits no longer. */
const CONNECT_MS = 2_000
const COMMAND_MS = 1_000

/** Waits between attempts to connect again grow to this. */
const AGAIN_MS = 5_000

const OPTIONS: Options = {
  lazyConnect: true,
  connectTimeout: CONNECT_MS,
  retryStrategy: (times) => Math.min(AGAIN_MS, 100 * 2 ** Math.min(times, 10)),
}

/**
 * A connection for what can do without Redis: a command fails at once while there is no connection, and within a second
 * otherwise; nothing is kept to be sent later. Connects in the background for as long as it is open. The driver is
 * loaded now, not when this module is imported.
 */
export async function optionalRedis(url: string): Promise<RedisClient> {
  const redis = await made(url, {
    commandTimeout: COMMAND_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  })
  // Whether it stands by now or not: the first command will tell.
  await within(2 * CONNECT_MS, redis.connect()).catch(() => undefined)
  return redis
}

/** Between the commands of a queue and their answers; a command that adds hundreds of entries takes its time. */
const QUEUE_MS = 5_000

/**
 * A connection for the work queue: `commands` for who asks and waits, whose commands end in bounded time; `workers` for
 * who lives on the queue and repeats its commands for as long as it takes.
 * @throws the driver's error when Redis does not answer in time
 */
export async function queueRedis(url: string, use: 'commands' | 'workers'): Promise<RedisClient> {
  const probe = await made(url, { commandTimeout: COMMAND_MS, retryStrategy: () => null })
  // What was wrong is said by an event; the call itself only knows that the connection was closed.
  const met: Error[] = []
  probe.on('error', (error) => met.push(error))
  try {
    await within(2 * CONNECT_MS, probe.connect())
    await within(CONNECT_MS, probe.ping())
  } catch (error) {
    throw met[0] ?? error
  } finally {
    probe.disconnect()
  }
  const patience = use === 'workers' ? { maxRetriesPerRequest: null } : ASKING
  return made(url, { ...patience, lazyConnect: false })
}

const ASKING: Options = { commandTimeout: QUEUE_MS, maxRetriesPerRequest: 2 }

async function made(url: string, options: Options): Promise<RedisClient> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, { ...OPTIONS, ...options })
  // Told by the commands that fail; an error without a listener would end the process.
  redis.on('error', () => undefined)
  return redis
}

/** The promise, or an error when it takes longer: a server may take a connection and then say nothing at all. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s: timed out`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Why Redis did not do what it was asked, in words without its address, which may hold a password. */
export function whyNot(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code)) return code
  const said = typeof message === 'string' ? message : ''
  // The server's own words begin with a kind: OOM, NOAUTH, READONLY, LOADING, MISCONF.
  const kind = /^(?:.*?)\b([A-Z]{3,12})\b /.exec(said)?.[1]
  if (kind !== undefined) return kind
  return /timed? ?out/i.test(said) ? 'no answer in time' : 'no connection'
}
