import { randomUUID } from 'node:crypto'
import { optionalRedis, type RedisClient } from './client.ts'

export type RedisChannel = {
  /** Never throws and is not waited for: without Redis it is heard by nobody. */
  readonly publish: (text: string) => void
  /** Texts that others published; never one's own. */
  readonly onText: (listener: (text: string) => void) => void
  readonly close: () => void
}

/** Connects the processes that name the same channel. While Redis is away texts are lost, and after it come again. */
export async function redisChannel(url: string, name: string): Promise<RedisChannel> {
  const [sender, receiver] = await Promise.all([optionalRedis(url), optionalRedis(url)])
  const self = randomUUID()
  const listeners: ((text: string) => void)[] = []
  receiver.on('message', (_: string, message: string) => {
    if (message.startsWith(self)) return
    for (const listener of listeners) listener(message.slice(self.length))
  })
  await subscribed(receiver, `tidemark:${name}`)
  return {
    publish: (text) => void sender.publish(`tidemark:${name}`, self + text).catch(() => undefined),
    onText: (listener) => void listeners.push(listener),
    close() {
      sender.disconnect()
      receiver.disconnect()
    },
  }
}

/** Now, or as soon as there is a connection; the driver itself subscribes again to what it once was subscribed to. */
async function subscribed(receiver: RedisClient, channel: string): Promise<void> {
  try {
    await receiver.subscribe(channel)
  } catch {
    receiver.once('ready', () => void subscribed(receiver, channel))
  }
}
