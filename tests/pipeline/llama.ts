import { HOUR_MS } from '#core/hour.ts'
import { json, misbehaving, type Misbehaving } from '#tests/support/provider-server.ts'

export type Prices = (asset: string, time: number) => number | null

/** A second source that knows a price of every asset at every hour, a minute after it. */
export async function llama(price: Prices, clock: () => number): Promise<Misbehaving> {
  const host = await misbehaving(() => (request, response) => {
    const url = new URL(request.url ?? '', 'http://local')
    const keys = decodeURIComponent(url.pathname).split('/').at(-1)?.split(',') ?? []
    const [start, span] = ['start', 'span'].map((name) => Number(url.searchParams.get(name))) as [
      number,
      number,
    ]
    const point = (asset: string, time: number) => {
      const value = price(asset, time)
      return value === null ? [] : [{ timestamp: time / 1000 + 60, price: value }]
    }
    const coins = keys.map((key) => {
      const asset = key.replace('coingecko:', '')
      if (url.pathname.startsWith('/prices/current'))
        return [key, { ...point(asset, Math.floor(clock() / HOUR_MS) * HOUR_MS)[0], confidence: 0.99 }]
      const times = Array.from({ length: span }, (_, index) => (start + index * 3600) * 1000)
      return [key, { confidence: 0.99, prices: times.flatMap((time) => point(asset, time)) }]
    })
    json({ coins: Object.fromEntries(coins) as object })(request, response)
  })
  return host
}
