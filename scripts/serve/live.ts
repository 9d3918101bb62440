import type { Config } from '#config/config.ts'
import type { Newsroom } from '#delivery/api/live/news.ts'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { openLive, type Live } from '#delivery/api/live/open.ts'
import { ownTickets, type TicketStore } from '#delivery/api/live/tickets.ts'
import type { LastingAuth, Runner } from '#delivery/api/types.ts'
import type { Store } from '#pipeline/ports.ts'
import { livePrices } from './live-prices.ts'

type Closing = { readonly close: () => void }

/** News of this server, and where REDIS_URL is set of all that share it. */
export async function openNews({ redisUrl }: Config): Promise<Newsroom & Closing> {
  if (redisUrl === null) return { ...newsroom(), close: () => undefined }
  const { redisChannel } = await import('#storage/redis/channel.ts')
  const channel = await redisChannel(redisUrl, 'news')
  return { ...newsroom(channel), close: channel.close }
}

type Parts = {
  readonly store: Store
  readonly runner: Runner
  readonly auth: LastingAuth
  readonly news: Newsroom
}

/** The live part of the server, with prices by the configured sources. */
export async function live(config: Config, { store, runner, auth, news }: Parts): Promise<Live> {
  const prices = livePrices(config, { store, runner })
  const tickets = await ticketsOf(config)
  const opened = openLive({
    ...{ auth, runner, news, prices, tickets },
    changeMark: () => store.changeMark(),
  })
  return {
    ...opened,
    close: () => {
      opened.close()
      tickets.close()
      void prices.close()
    },
  }
}

/** With Redis a ticket of one server opens another too; while it is away, only the one that gave it. */
async function ticketsOf({ redisUrl }: Config): Promise<TicketStore & Closing> {
  const own = ownTickets(Date.now)
  if (redisUrl === null) return { ...own, close: () => undefined }
  const { redisOnce } = await import('#storage/redis/once.ts')
  const shared = await redisOnce(redisUrl)
  return {
    put: (key, value, ms) => shared.put(key, value, ms).catch(() => own.put(key, value, ms)),
    take: async (key) => (await shared.take(key)) ?? (await own.take(key)),
    close: shared.close,
  }
}
