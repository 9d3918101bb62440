import type { News, Newsroom } from './news.ts'

/** Takes texts to every server that shares the work, and brings theirs. Loses them where nobody listens. */
export interface Channel {
  /** Never throws and is not waited for. */
  publish(text: string): void
  /** Texts that other servers published; never one's own. */
  onText(listener: (text: string) => void): void
}

/** Longer than any news there is: what others put into the channel is not taken without end. */
const MOST_TEXT = 16_384

/**
 * News of this process, and with a channel of all servers: what is told once reaches those who listen on any of them.
 * @param channel null where this server is alone
 */
export function newsroom(channel: Channel | null = null): Newsroom {
  const listeners = new Set<(news: News) => void>()
  const spread = (news: News) => {
    for (const listener of listeners) listener(news)
  }
  channel?.onText((text) => {
    const news = readNews(text)
    if (news !== null) spread(news)
  })
  return {
    tell(news) {
      spread(news)
      channel?.publish(JSON.stringify(news))
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Servers of one installation trust each other as far as they share a Redis; a text of another build is passed over. */
function readNews(text: string): News | null {
  if (text.length > MOST_TEXT) return null
  try {
    const news = JSON.parse(text) as Partial<News> | null
    if (news === null || typeof news.owner !== 'string') return null
    return news.type === 'run' || news.type === 'hour' || news.type === 'changed' ? (news as News) : null
  } catch {
    return null
  }
}
