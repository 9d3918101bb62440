/**
 * Tidemark as a library: the words, the mathematics, and the stores. Nothing here reads the environment or the clock,
 * and a driver is loaded only when a store is opened.
 */

// ---- words
export { parseAsset, type AssetId, type Quote } from '#core/asset.ts'
export type { CandleColumns, CandleRun, Chunk } from '#core/candle.ts'
export { EXIT, TidemarkError, type ErrorCode } from '#core/errors.ts'
export { FLOW_KINDS, type Flow, type FlowKind } from '#core/flow.ts'
export { addHours, formatTime, hourOf, hoursIn, type Hour } from '#core/hour.ts'
export { monthOf, type Month } from '#core/month.ts'
export type { Balance, ManualHolding, Portfolio, Wallet } from '#core/portfolio.ts'
export { QUALITIES, qualityName, type Quality } from '#core/quality.ts'

// ---- mathematics, pure
export { hourlyPnl, type HourlyInput, type HourlyResult } from '#pnl/hourly/hourly.ts'
export type { AttributionSums, TokenResult } from '#pnl/hourly/token.ts'
export type { TotalResult } from '#pnl/hourly/total.ts'
export { markSeries, type CandlePiece, type MarkSeries, type SourceCandles } from '#pnl/marks/marks.ts'
export { DEFAULT_SETTINGS, type MarkSettings } from '#pnl/settings.ts'
export { LotBook, type LotChange } from '#pnl/lots/book.ts'
export { computeLots, prepareLots, type LotInput, type LotLedger } from '#pnl/lots/lots.ts'
export type { LotMarkAt, LotReport } from '#pnl/lots/report.ts'
export { DEFAULT_LOT_SETTINGS, type LotSettings } from '#pnl/lots/settings.ts'

// ---- stores
export { openStore, type StoreOptions } from '#storage/open.ts'
export type { Store } from '#pipeline/ports.ts'

// ---- questions to a store
export { pnlReport, type PnlPorts, type PnlRequest } from '#pipeline/queries/pnl.ts'
export type { PnlReport, TokenSeries, TotalSeries } from '#pipeline/queries/pnl-report.ts'
export { pnlDocument, type PnlDocument } from '#delivery/pnl-json.ts'
