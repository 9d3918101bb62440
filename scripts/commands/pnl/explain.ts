import { EXIT, TidemarkError } from '#core/errors.ts'
import { formatTime, hourOf, type Hour } from '#core/hour.ts'
import { money, plain } from '#core/number.ts'
import { explanationDocument } from '#delivery/explain-json.ts'
import { named } from '#delivery/named.ts'
import type { Store } from '#pipeline/ports.ts'
import {
  explain,
  type ExplainedFlow,
  type ExplainedMark,
  type Explanation,
} from '#pipeline/queries/explain.ts'
import { pnlReport, type PnlRequest } from '#pipeline/queries/pnl.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'

/** `pnl --explain`: one asset, one hour, every number behind its change. */
export async function explainHour(
  request: PnlRequest,
  store: Store,
  settings: MarkSettings,
): Promise<Outcome> {
  const [asset, second] = request.assets ?? []
  if (asset === undefined || second !== undefined) {
    throw usage('--explain is for one asset.', 'Name it with --asset, and its hour with --to.')
  }
  const hour =
    request.to === undefined
      ? await newestHour(request, store, settings)
      : hourOf(Math.min(request.to, request.now))
  const found = await explain({ ...request, asset, hour }, store, settings)
  if (found.mark === null && found.previous === null) throw nothingStored(asset, hour)
  return {
    exitCode: found.mark === null ? EXIT.someMissing : EXIT.complete,
    text: async () => {
      const tokens = await tokenNames(store, [asset])
      return named(tokens, request.portfolio?.wallets)(explanationText(found))
    },
    document: () => explanationDocument(found),
  }
}

/** Where no hour is named it is the newest that the report would show. */
async function newestHour(request: PnlRequest, store: Store, settings: MarkSettings): Promise<Hour> {
  return (await pnlReport({ ...request, days: 1, from: undefined }, store, settings)).to
}

function nothingStored(asset: string, hour: number): TidemarkError {
  return new TidemarkError('DATA_MISSING', {
    message: `No price of ${asset} is stored at ${formatTime(hour)}, nor in the month before it.`,
    fix: `Run "tidemark backfill --asset ${asset}".`,
  })
}

function explanationText(found: Explanation): string {
  const { asset, hour, mode, baseCurrency, attribution } = found
  const parts = Object.entries({ ...attribution, external: found.external })
  return [
    `${asset} at ${formatTime(hour)}, in ${baseCurrency}, mode ${mode}`,
    `  mark      ${markText(found.mark)}`,
    `  before    ${markText(found.previous)}`,
    `  quantity  ${found.quantity ?? '—'} (before ${found.quantityBefore ?? '—'})`,
    `  value     ${amount(found.value)}`,
    ...(Number.isNaN(found.delta)
      ? [`  change    — : ${found.reason ?? 'no mark'}; the change at the next mark covers this hour`]
      : [`  change    ${amount(found.delta)}, which is`, ...parts.map(partText)]),
    found.flows.length === 0 ? 'flows: none in the interval' : 'flows:',
    ...found.flows.map(flowText),
    found.candles.length === 0 ? 'candles: none in this hour' : 'candles:',
    ...found.candles.map(
      (candle) =>
        `  ${candle.provider} revision ${candle.revision}: open ${number(candle.open)} high ${number(candle.high)} low ${number(candle.low)} close ${number(candle.close)}, ${candle.count} samples, first ${Math.round(candle.first / 1000)} s, last ${Math.round(candle.last / 1000)} s into the hour`,
    ),
  ].join('\n')
}

const number = (value: number): string => (Number.isNaN(value) ? '—' : plain(value))
const amount = (value: number): string => (Number.isNaN(value) ? '—' : money(value))

function partText([name, value]: [string, number]): string {
  return name === 'external'
    ? `    and ${amount(value)} came from outside`
    : `    ${name.padEnd(9)} ${amount(value)}`
}

function markText(mark: ExplainedMark | null): string {
  if (mark === null) return '—'
  const sampled = mark.sampled === null ? '' : `, sampled ${formatTime(mark.sampled)}`
  return `${number(mark.price)} at ${formatTime(mark.hour)} (${mark.quality}, ${mark.source ?? 'no source'}${sampled})`
}

function flowText(flow: ExplainedFlow): string {
  const value =
    flow.value === null
      ? 'at the mark'
      : `value ${flow.value}${flow.basis === null ? '' : ` by ${flow.basis}`}`
  const fee = flow.baseFee === null ? '' : `, fee ${flow.baseFee}`
  const tx = flow.tx === null ? '' : `, tx ${flow.tx}`
  return `  ${formatTime(flow.time)} ${flow.kind} ${flow.quantity} (${flow.role}), ${value}${fee}, wallet ${flow.wallet}${tx}, from ${flow.from}`
}
