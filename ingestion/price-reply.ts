import type { AssetId, Quote } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import type { Samples } from '#core/sample.ts'

/** What a source of prices is asked, as the pipeline's port `PriceRequest` has it. */
export type PriceQuestion = {
  readonly asset: AssetId
  readonly quote: Quote
  readonly from: Hour
  readonly to: number
}
/** A point that is no usable sample, as sent. */
export type Invalid = { readonly time: number; readonly price: string; readonly reason: string }
/** What it answers with samples, as the port `PriceAnswer` has it. */
export type PriceReply = {
  readonly samples: Samples
  readonly coveredTo: number
  readonly invalid: readonly Invalid[]
}
