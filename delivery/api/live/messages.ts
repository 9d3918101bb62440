import { share } from '#core/number.ts'
import { qualityName } from '#core/quality.ts'
import type { ToldLive } from '../contract/live.ts'
import { TAILS, type PriceBook } from './price-book.ts'
import { quickMoney, quickTime } from './quick-text.ts'
import type { Figures, Valuation } from './valuation.ts'

/** Assets of a snapshot, the greatest by value. */
const MOST_TOP = 20
/** Assets of a delta: what moved most. With these it stays under a kilobyte, beyond which it would be compressed. */
const MOST_MOVED = 6
const DELTA_BYTES = 1_000

export const bytesOf = (message: ToldLive): Buffer => Buffer.from(JSON.stringify(message))

const text = (value: number): string => (Number.isNaN(value) ? 'null' : `"${quickMoney(value)}"`)

function figuresText({ asOf, total, quality, coverage, change }: Figures, hidden: boolean): string {
  const made = change === null || hidden ? 'null' : text(change.pnl)
  const part = change === null || change.fraction === null ? 'null' : String(share(change.fraction))
  const changed = change === null ? 'null' : `{"pnl":${made},"fraction":${part}}`
  return `"asOf":"${quickTime(asOf)}","total":${hidden ? 'null' : text(total)},"quality":"${qualityName(quality)}","coverage":${coverage === 1 ? 1 : share(coverage)},"change24h":${changed}`
}

/** One asset of a portfolio as it was valued last. */
function assetText(valuation: Valuation, book: PriceBook, at: number, hidden: boolean): string {
  const quality = valuation.quality[at] as number
  const worth = valuation.worth[at] as number
  const value = quality === 0 || hidden ? 'null' : text(worth)
  const part = quality === 0 || !(worth > 0) ? 'null' : String(sixDigits(worth / valuation.positive))
  const head = book.head(valuation.numbers[at] as number, valuation.price[at] as number, quality)
  return `${head}${value},"share":${part}${TAILS[quality] ?? ''}`
}

/** A share as it is drawn; the shortest text of a double would be most of the message. */
const sixDigits = (value: number): number => Math.min(1, Math.round(value * 1e6) / 1e6)

export type Part = { readonly sequence: number; readonly figures: Figures; readonly hidden: boolean }

export function snapshotText(
  valuation: Valuation,
  book: PriceBook,
  { sequence, figures, hidden }: Part,
): string {
  const { quote } = valuation.basis
  const top = [...valuation.worth.keys()]
    .filter((at) => valuation.worth[at] !== 0)
    .sort((a, b) => order(valuation, b) - order(valuation, a))
    .slice(0, MOST_TOP)
    .map((at) => assetText(valuation, book, at, hidden))
  const named = `${valuation.named},"sequence":${sequence}`
  return `{"type":"snapshot",${named},"baseCurrency":"${quote}",${figuresText(figures, hidden)},"top":[${top.join(',')}]}`
}

/** Greatest first; what has no value last. */
const order = ({ worth, quality }: Valuation, at: number): number =>
  quality[at] === 0 || Number.isNaN(worth[at]) ? -Infinity : (worth[at] as number)

/** @param moved places of the assets to tell, those that matter most first */
export function deltaText(
  valuation: Valuation,
  book: PriceBook,
  moved: readonly number[],
  { sequence, figures, hidden }: Part,
): string {
  const named = `${valuation.named},"sequence":${sequence}`
  let body = `{"type":"delta",${named},${figuresText(figures, hidden)},"assets":[`
  let comma = ''
  for (const at of moved) {
    const asset = assetText(valuation, book, at, hidden)
    if (body.length + asset.length > DELTA_BYTES) break
    body += comma + asset
    comma = ','
  }
  return `${body}]}`
}

/** What moved most since it was told last: at most as many as a delta takes. */
export function mostMoved({ worth }: Valuation, told: Float64Array): number[] {
  const places: number[] = []
  const sizes: number[] = []
  for (let at = 0; at < worth.length; at++) {
    const size = Math.abs((worth[at] as number) - (told[at] as number))
    if (!(size > 0)) continue
    if (sizes.length === MOST_MOVED && size <= (sizes[MOST_MOVED - 1] as number)) continue
    let place = Math.min(sizes.length, MOST_MOVED - 1)
    for (; place > 0 && (sizes[place - 1] as number) < size; place--) {
      sizes[place] = sizes[place - 1] as number
      places[place] = places[place - 1] as number
    }
    sizes[place] = size
    places[place] = at
  }
  return places
}
