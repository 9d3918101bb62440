import { formatTime } from '#core/hour.ts'
import { displayQuantity, MISSING_TEXT } from '#delivery/number.ts'
import { moneyOf, signedOf } from '#delivery/lots/cells.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { refuseStrangers } from '#pipeline/lots/select.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import { tradeDocument } from '#delivery/trade-json.ts'
import { listTrades, type TradeRow } from '#pipeline/queries/trades.ts'
import type { Cli } from '../../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../../cli/list.ts'
import { checkRange } from '../../cli/options.ts'
import type { Outcome } from '../../cli/output.ts'
import { assetOf, lotSettings } from '../lots/settings.ts'
import { fromFilesAlone, lotSource } from '../lots/source.ts'
import type { TradesOptions } from '../trades.ts'

const TRADES: List<TradeRow> = {
  name: 'trades',
  columns: [
    { head: 'time (UTC)', text: ({ time }) => formatTime(time).slice(0, 16).replace('T', ' ') },
    { head: 'what', text: ({ kind, asset }) => `${kind} ${asset}` },
    { head: 'quantity', number: true, text: ({ quantity }) => displayQuantity(quantity) },
    { head: 'value', number: true, text: ({ value }) => moneyOf(value) },
    { head: 'fee', text: feeText },
    { head: 'quality', text: ({ quality }) => quality },
    {
      head: 'gain',
      number: true,
      text: gainText,
    },
    { head: 'wallet', text: ({ wallet, label }) => label ?? wallet },
    { head: 'from', text: ({ place }) => place },
  ],
  document: tradeDocument,
  empty: 'There are no flows: "tidemark import FILE" or "tidemark flows add" bring them in.',
}

function gainText({ gain, disposes, unproven }: TradeRow): string {
  if (!disposes) return ''
  const text = gain === null ? MISSING_TEXT : signedOf(gain)
  return unproven === '0' ? text : `${text} unproven`
}

function feeText({ fee, feeAsset }: TradeRow): string {
  if (fee === null) return ''
  return feeAsset === null ? moneyOf(fee) : `${displayQuantity(fee)} ${feeAsset}`
}

export async function runTrades(cli: Cli, options: TradesOptions): Promise<Outcome> {
  checkRange(options)
  const asIs = fromFilesAlone(options)
  const settings = lotSettings(options, asIs)
  const assets = options.asset?.map((text) => assetOf('--asset', text, asIs))
  const source = await lotSource(cli, options)
  const [view] = lotViews(source.input, [settings], source) as [LotView]
  if (source.input.flows.every(({ asset }) => assets?.includes(asset) !== true)) refuseStrangers(view, assets)
  const { wallet, from, to } = options
  const page = listTrades(source.input, view, { ...pageAsk(options), assets, wallet, from, to })
  return listOutcome(cli, TRADES, page, options, source.named)
}
