import type { AssetId, Quote } from '#core/asset.ts'
import { plain } from '#core/number.ts'
import { qualityName } from '#core/quality.ts'
import { asciiJson } from './quick-text.ts'

/** A spot price; time in milliseconds since 1970, quality as in core/quality.ts. */
export type Spot = {
  readonly asset: AssetId
  readonly price: number
  readonly time: number
  readonly quality: number
}

/** Prices of now in one currency, by the number that an asset has here: portfolios keep numbers, not names. */
export class PriceBook {
  readonly quote: Quote
  readonly assets: AssetId[] = []
  private readonly numbers = new Map<AssetId, number>()
  private readonly names: string[] = []
  /** How each asset's entry in a message begins, made once for all portfolios that hold it at one price. */
  private readonly heads: { price: number; text: string }[] = []
  price = new Float64Array(256)
  /** When the price was made; -Infinity where there is none. */
  time = new Float64Array(256).fill(-Infinity)
  quality = new Uint8Array(256)

  constructor(quote: Quote) {
    this.quote = quote
  }

  /** The number of an asset, from now on. */
  numberOf(asset: AssetId, symbol: string): number {
    const known = this.numbers.get(asset)
    if (known !== undefined) return known
    const number = this.assets.length
    if (number === this.price.length) this.grow()
    this.numbers.set(asset, number)
    this.assets.push(asset)
    this.names.push(`{"asset":${asciiJson(asset)},"symbol":${asciiJson(symbol)},"price":`)
    this.heads.push({ price: NaN, text: '' })
    return number
  }

  /** @returns the numbers of those that are not as they were */
  take(spots: Iterable<Spot>): number[] {
    const changed: number[] = []
    for (const { asset, price, time, quality } of spots) {
      const number = this.numbers.get(asset)
      if (number === undefined || time < (this.time[number] as number)) continue
      const same = this.price[number] === price && this.quality[number] === quality
      this.price[number] = price
      this.time[number] = time
      this.quality[number] = quality
      if (!same) changed.push(number)
    }
    return changed
  }

  /** `{"asset":…,"symbol":…,"price":"…","value":`, with `null` for a price that is missing. */
  head(number: number, price: number, quality: number): string {
    if (quality === 0) return `${this.names[number] ?? ''}null,"value":`
    const head = this.heads[number] as { price: number; text: string }
    if (head.price !== price) {
      head.price = price
      head.text = `${this.names[number] ?? ''}"${plain(price)}","value":`
    }
    return head.text
  }

  private grow(): void {
    const more = this.price.length * 2
    const grown = <T extends Float64Array | Uint8Array>(next: T, old: T): T => {
      next.set(old)
      return next
    }
    this.price = grown(new Float64Array(more), this.price)
    this.time = grown(new Float64Array(more).fill(-Infinity), this.time)
    this.quality = grown(new Uint8Array(more), this.quality)
  }
}

/** How an asset's entry ends. */
export const TAILS = [0, 1, 2, 3].map((code) => `,"quality":"${qualityName(code)}"}`)
