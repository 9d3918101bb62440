import { formatTime } from '#core/hour.ts'
import type { TradeRow } from '#pipeline/queries/trades.ts'

/** A flow with what it was worth and what it realised, as machines read it. */
export function tradeDocument(row: TradeRow) {
  const { flow, time, kind, asset, quantity, wallet, unitPrice, priceCurrency, rate } = row
  const { value, basis, quality, fee, feeAsset, gain, unproven, tx, place, note, label } = row
  return {
    flow,
    time: formatTime(time),
    kind,
    asset,
    quantity,
    wallet,
    label,
    unitPrice,
    priceCurrency,
    rate: rate === null ? null : { price: rate.price, quality: rate.quality },
    value,
    basis,
    quality,
    fee,
    feeAsset,
    gain,
    unproven,
    tx,
    source: place,
    note,
  }
}
