import type { AssetId } from '#core/asset.ts'
import { CANDLE_COLUMNS, type CandleColumn } from '#core/candle.ts'
import { ZERO, formatDecimal } from '#core/decimal.ts'
import { HOUR_MS, addHours, type Hour } from '#core/hour.ts'
import { monthOf, monthStart, monthsBetween } from '#core/month.ts'
import { qualityName, type Quality } from '#core/quality.ts'
import type { CountedLeg } from '#pnl/flows/effects.ts'
import { markSource, sliceMarks, type MarkSeries } from '#pnl/marks/marks.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { countMonth } from '../pnl/month.ts'
import { tokensOf } from '../pnl/tokens.ts'
import { snapshotToken, type TokenResult } from '#pnl/hourly/token.ts'
import type { PnlMode } from '../ports.ts'
import {
  notHeld,
  openSession,
  presentQuantities,
  type PnlPorts,
  type PnlRequest,
  type PnlSession,
} from './pnl.ts'
import { gapsOf } from './pnl-gaps.ts'
import type { Attribution } from './pnl-report.ts'

/** A mark and where it comes from. */
export type ExplainedMark = {
  readonly hour: Hour
  readonly price: number
  readonly quality: Quality
  readonly source: string | null
  /** When the sample fell, milliseconds since 1970. */
  readonly sampled: number | null
}

/** One flow of the interval, the role it plays, and what was subtracted for it and why. */
export type ExplainedFlow = {
  readonly time: number
  readonly kind: string
  readonly role: string
  readonly quantity: string
  /** Null: counted at the mark. */
  readonly value: string | null
  readonly basis: string | null
  readonly baseFee: string | null
  readonly wallet: string
  readonly chain: string
  readonly tx: string | null
  /** `flows.csv:12`, or the source where there is no line. */
  readonly from: string
}

/** Every number that went into one Δ. */
export type Explanation = {
  readonly asset: AssetId
  readonly hour: Hour
  readonly mode: PnlMode
  readonly baseCurrency: string
  readonly mark: ExplainedMark | null
  /** The mark that Δ starts from; null where there was none before. */
  readonly previous: ExplainedMark | null
  readonly quantity: string | null
  readonly quantityBefore: string | null
  readonly value: number
  readonly delta: number
  /** Why there is no value at this hour, null where there is one. */
  readonly reason: string | null
  readonly attribution: Attribution
  readonly external: number
  readonly flows: readonly ExplainedFlow[]
  readonly candles: readonly (Readonly<Record<CandleColumn, number>> & {
    readonly provider: string
    readonly revision: number
  })[]
}

/** Of a hour without a mark: its change is part of the next one's. */
const NO_ATTRIBUTION: Attribution = {
  price: NaN,
  trading: NaN,
  income: NaN,
  fees: NaN,
  loss: NaN,
  residual: NaN,
}

/** How far back the previous mark is looked for. */
const LOOK_BACK_HOURS = 31 * 24

/** @throws TidemarkError INPUT_INVALID when the portfolio holds no such asset */
export async function explain(
  request: PnlRequest & { readonly asset: AssetId; readonly hour: Hour },
  io: PnlPorts,
  settings: MarkSettings,
): Promise<Explanation> {
  const session = await openSession(request, io, settings)
  const { asset, hour } = request
  if (!session.assets.includes(asset)) throw notHeld(asset, session)
  const book = await session.loader.load([asset], addHours(hour, -LOOK_BACK_HOURS), addHours(hour, 1))
  const marks = book.of(asset)
  const at = marks.price.length - 1
  const before = marks.price.findLastIndex((price, index) => index < at && !Number.isNaN(price))
  const from = before < 0 ? addHours(hour, -1) : addHours(marks.from, before)
  const token = await tokenOver(session, asset, from, hour, marks, request.now)
  const last = token.pnl.length - 1
  const gaps = await gapsOf([[asset, token]], from, session.loader.quote, io)
  return {
    asset,
    hour,
    mode: session.mode,
    baseCurrency: session.portfolio.baseCurrency,
    mark: Number.isNaN(marks.price[at]) ? null : explainMark(marks, at),
    previous: before < 0 ? null : explainMark(marks, before),
    quantity: token.quantity[last] ?? null,
    quantityBefore: token.quantity[0] ?? null,
    value: token.value[last] as number,
    delta: token.pnl[last] as number,
    reason: gaps.find((gap) => gap.from <= hour && gap.to >= hour)?.reason ?? null,
    attribution: Number.isNaN(token.pnl[last]) ? NO_ATTRIBUTION : token.attribution,
    external: token.external,
    flows: session.mode === 'flows' ? await flowsIn(session, asset, from, hour) : [],
    candles: await candlesAt(session, asset, hour, io),
  }
}

async function tokenOver(
  session: PnlSession,
  asset: AssetId,
  from: Hour,
  to: Hour,
  marks: MarkSeries,
  now: number,
): Promise<TokenResult> {
  const series = sliceMarks(marks, from, to)
  const { ledger, loader, computed, mode, io } = session
  const none = snapshotToken((await presentQuantities(session, now)).get(asset) ?? ZERO, series)
  if (mode === 'snapshot' || computed === null) return none
  const tokens = await tokensOf({
    from,
    to,
    ledger,
    loader,
    computed,
    io,
    marks: new Map([[asset, series]]),
  })
  return tokens.get(asset) ?? snapshotToken(ZERO, series)
}

function explainMark(marks: MarkSeries, index: number): ExplainedMark {
  const hour = addHours(marks.from, index)
  const age = marks.age[index] as number
  return {
    hour,
    price: marks.price[index] as number,
    quality: qualityName(marks.quality[index] as number),
    source: markSource(marks, index),
    sampled: Number.isNaN(age) ? null : hour - age,
  }
}

async function flowsIn(
  session: PnlSession,
  asset: AssetId,
  after: Hour,
  until: Hour,
): Promise<ExplainedFlow[]> {
  const { ledger, loader, assets } = session
  const spans = await ledger.spanning()
  const flows: ExplainedFlow[] = []
  for (const month of monthsBetween(addHours(after, 1), until)) {
    const { counted } = await countMonth(
      month,
      await ledger.flows(month, spans.get(month)?.tx ?? []),
      assets,
      ledger,
      loader,
    )
    const inside = (item: CountedLeg) =>
      item.line.asset === asset && item.leg.hour > after && item.leg.hour <= until
    flows.push(...counted.filter(inside).map(explainFlow))
  }
  return flows.sort((a, b) => a.time - b.time)
}

function explainFlow({ leg, line, role, quantity, value, exchange, own }: CountedLeg): ExplainedFlow {
  const { flow } = leg
  return {
    time: flow.time,
    kind: leg.kind,
    role,
    quantity: formatDecimal(quantity),
    value: value === null ? null : formatDecimal(value),
    basis: exchange?.basis ?? null,
    baseFee: own && leg.baseFee !== null ? formatDecimal(leg.baseFee) : null,
    wallet: line.wallet,
    chain: line.chain,
    tx: flow.tx,
    from: flow.line === null ? flow.source : `${flow.file ?? flow.source}:${flow.line}`,
  }
}

async function candlesAt(
  { loader }: PnlSession,
  asset: AssetId,
  hour: Hour,
  io: PnlPorts,
): Promise<Explanation['candles']> {
  const month = monthOf(hour)
  const index = (hour - monthStart(month)) / HOUR_MS
  const chunks = await io.chunks({ assets: [asset], quote: loader.quote, from: month, to: month })
  return chunks
    .filter(({ columns }) => !Number.isNaN(columns.count[index]))
    .map(({ provider, columns, changed }) => {
      const values = Object.fromEntries(CANDLE_COLUMNS.map((name) => [name, columns[name][index] as number]))
      return { ...(values as Record<CandleColumn, number>), provider, revision: changed[index] as number }
    })
}
