import { formatTime } from '#core/hour.ts'
import { share } from '#core/number.ts'
import type {
  AllocationRow,
  AssetRow,
  DisposalRow,
  LongTerm,
  LotRow,
  LotSettings,
  LotView,
  PartRow,
  ProblemRow,
  TotalRow,
} from '#pipeline/lots/view.ts'

/**
 * One set of lots as machines read it: a contract, to which fields may be added at the end and from which none is taken
 * (docs/lots-json.md). Decimals are texts without exponent, trailing zeros or `-0`; what is missing is null.
 */
export function lotsDocument(view: LotView): object {
  const { portfolio, baseCurrency, settings, at, report } = view
  return {
    portfolio,
    baseCurrency,
    method: settings.method,
    scope: settings.scope,
    fees: settings.fees,
    oversell: settings.oversell,
    longTerm: longTermText(settings.longTerm),
    at: at === null ? null : formatTime(at),
    lots: report.lots.map(lotDocument),
    disposals: report.disposals.map(disposalDocument),
    assets: report.assets.map(assetDocument),
    total: totalDocument(report.total),
    problems: report.problems.map(problemDocument),
    ...furtherSettings(settings),
    ...(settings.walletFrom === null ? {} : { allocation: report.allocation.map(allocationDocument) }),
    ...(report.total.partial.length === 0 ? {} : { partial: report.total.partial }),
  }
}

/** Several of them, side by side. */
export function compareDocument(views: readonly LotView[]): object {
  return { results: views.map((view) => ({ schemaVersion: 1, ...lotsDocument(view) })) }
}

/** `1y`, or `365d`. */
export const longTermText = (term: LongTerm): string => ('years' in term ? `${term.years}y` : `${term.days}d`)

/** Settings that are not the usual ones and have no field of their own. */
function furtherSettings({ methods, walletFrom }: LotSettings): object {
  return {
    ...(methods.length === 0 ? {} : { methods: methods.map((rule) => ({ ...rule })) }),
    ...(walletFrom === null ? {} : { scopeFrom: formatTime(walletFrom) }),
  }
}

function lotDocument(lot: LotRow): object {
  return {
    id: lot.id,
    asset: lot.asset,
    wallet: lot.wallet,
    opened: formatTime(lot.opened),
    quantity: lot.quantity,
    remaining: lot.remaining,
    unitCost: lot.unitCost,
    remainingCost: lot.remainingCost,
    from: { flow: lot.from.flow, source: lot.from.source },
  }
}

function disposalDocument(row: DisposalRow): object {
  return {
    flow: row.flow,
    asset: row.asset,
    wallet: row.wallet,
    time: formatTime(row.time),
    kind: row.kind,
    quantity: row.quantity,
    proceeds: row.proceeds,
    cost: row.cost,
    gain: row.gain,
    undocumented: row.undocumented,
    parts: row.parts.map(partDocument),
  }
}

function partDocument({ lot, quantity, cost, proceeds, gain, term }: PartRow): object {
  return { lot, quantity, cost, proceeds, gain, term }
}

function assetDocument(row: AssetRow): object {
  return {
    asset: row.asset,
    quantity: row.quantity,
    cost: row.cost,
    averageCost: row.averageCost,
    mark: row.mark,
    value: row.value,
    realised: row.realised,
    realisedShort: row.realisedShort,
    realisedLong: row.realisedLong,
    unrealised: row.unrealised,
    income: row.income,
    costs: row.costs,
    transferred: row.transferred,
    quality: row.quality,
  }
}

function totalDocument(total: TotalRow): object {
  return {
    cost: total.cost,
    value: total.value,
    realised: total.realised,
    realisedShort: total.realisedShort,
    realisedLong: total.realisedLong,
    unrealised: total.unrealised,
    income: total.income,
    costs: total.costs,
    transferred: total.transferred,
    unproven: total.unproven,
    coverage: share(total.coverage),
  }
}

function problemDocument({ code, asset, wallet, flow, quantity, message, fix }: ProblemRow): object {
  return { code, asset, wallet, flow, quantity, message, fix }
}

function allocationDocument({ time, asset, lot, wallet, toLot, quantity, cost }: AllocationRow): object {
  return { time: formatTime(time), asset, lot, wallet, toLot, quantity, cost }
}
