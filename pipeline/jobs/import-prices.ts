import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import type { MergeCounts } from '#core/merge.ts'
import type { JobIo } from './io.ts'

/** A price by hand: `time` in milliseconds since 1970, `price` exact decimal text above 0. */
export type ManualPrice = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly time: number
  readonly price: string
}

/**
 * Stores prices by hand as candles of provider `manual`, combined with those stored; importing again changes nothing.
 * @throws INPUT_INVALID for a price that is not above 0, or a time after now
 */
export async function importPrices(
  _rows: Iterable<ManualPrice> | AsyncIterable<readonly ManualPrice[]>,
  _io: Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>,
  _options: { readonly dryRun: boolean },
): Promise<MergeCounts> {
  throw new TidemarkError('INTERNAL', { message: 'prices import is being written', fix: 'wait' })
}
