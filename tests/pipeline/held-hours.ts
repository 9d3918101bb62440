import type { AssetId } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import { offsetOf } from './markets.ts'
import { BTC, NOW, USD, hour, type World } from './world.ts'

/** Hours of which the store holds samples, as offsets from the world's hour. */
export async function heldHours(
  world: World,
  asset: AssetId = BTC,
  provider = 'coingecko',
): Promise<number[]> {
  const months = { from: monthOf(hour(-24 * 400)), to: monthOf(NOW) }
  const chunks = await world.store.chunks({ assets: [asset], quote: USD, ...months })
  return chunks
    .filter((chunk) => chunk.provider === provider)
    .flatMap((chunk) =>
      [...chunk.columns.count.entries()].flatMap(([index, count]) =>
        count > 0 ? [offsetOf(Date.parse(`${chunk.month}-01T00:00:00Z`) + index * HOUR_MS)] : [],
      ),
    )
}
