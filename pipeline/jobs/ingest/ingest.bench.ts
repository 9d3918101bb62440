import { join } from 'node:path'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { Chart } from '#ingestion/coingecko/schema.ts'
import { pointsOf } from '#ingestion/points.ts'
import { openStore } from '#storage/open.ts'
import { compare, type Bench } from '#tests/bench/measure.ts'
import { USD, assetName, inFolder, randomOf, walk } from '#tests/bench/years.ts'
import type { PlannedWindow } from '../../plan/plan.ts'
import { writeOf } from './answer.ts'

const DAYS = 90
const HOURS = DAYS * 24
const FROM = Date.UTC(2025, 0, 1) as Hour
const TO = addHours(FROM, HOURS)
/** Answers that arrive while one is being stored, as many as the client keeps in flight. */
const ANSWERS = 8

/** An answer as the provider sends it: three lists of pairs, a few minutes after each hour, full precision. */
function answerText(seed: number): string {
  const prices = walk(HOURS, seed)
  const random = randomOf(seed)
  const times = Array.from(prices, (_, hour) => FROM + hour * HOUR_MS + Math.floor(random() * 270_000))
  const pairs = (scale: number) => times.map((time, hour) => [time, (prices[hour] as number) * scale])
  return JSON.stringify({ prices: pairs(1), market_caps: pairs(19_876_543), total_volumes: pairs(987_654) })
}

export const benches: Bench[] = [
  {
    name: `Answers of ${DAYS} days, hourly`,
    async run() {
      return inFolder(async (folder) => {
        const store = await openStore({ kind: 'embedded', file: join(folder, 'bench.db'), create: true })
        const texts = Array.from({ length: ANSWERS }, (_, index) => answerText(index + 1))
        const now = TO + HOUR_MS
        let round = 0
        const take = (text: string, index: number) => {
          const { prices } = Chart.parse(JSON.parse(text))
          const points = pointsOf(prices, { from: FROM, to: TO, latest: now })
          if (points === null) throw new Error('the answer of the bench is not read')
          const asset = assetName(round * ANSWERS + index)
          const window: PlannedWindow = {
            asset,
            quote: USD,
            provider: 'coingecko',
            from: FROM,
            to: TO,
            core: { from: FROM, to: TO },
          }
          return writeOf(window, { ...points, coveredTo: TO }, { gaps: [], suspects: [], others: [], now })
        }
        const ratio = await compare(
          { name: 'parsed, validated, screened and stored', against: 'JSON.parse alone', limit: 3 },
          async () => {
            await store.writePrices(texts.map(take))
            round++
          },
          () => texts.map((text) => JSON.parse(text) as unknown),
          { pairs: 15, warmups: 3 },
        )
        await store.close()
        return [ratio]
      })
    },
  },
]
