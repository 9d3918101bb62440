import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import { FLOW_KINDS, UNDETAILED, type Flow, type FlowKind } from '#core/flow.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import { BASE, type Ledger } from './random-ledger.ts'
import { lotsOf } from './run.ts'

const ROW =
  /^(\S+) (\w+) (\S+) (\S+)(?: @ (\S+))?(?: fee (\S+)(?: ([a-z]+))?)?(?: in (\w+))?(?: tx (\w+))?(?: lot (\S+))?$/

/**
 * Flows from small text, one a line: `DAY[THH:MM] KIND QUANTITY ASSET [@ PRICE] [fee AMOUNT [ASSET]] [in WALLET] [tx TX]
 * [lot NAMES]`. What can only leave needs no sign. Ids are `f1`, `f2`, … by line.
 */
export function flowsOf(text: string): Flow[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .map((line, index): Flow => {
      const parts = ROW.exec(line)
      if (parts === null) throw new Error(`not a row: ${line}`)
      const [, time = '', word = '', size = '', asset = '', price, fee, feeAsset, wallet, tx, lot] = parts
      const kind = word as FlowKind
      const quantity = FLOW_KINDS[kind] === -1 ? `-${size}` : size
      return {
        ...UNDETAILED,
        id: `f${index + 1}`,
        owner: 'local',
        book: 'portfolio:main',
        source: 'flows.csv',
        file: 'flows.csv',
        line: index + 2,
        time: Date.parse(time.includes('T') ? `${time}Z` : `${time}T12:00Z`),
        asset: idOf(asset),
        quantity,
        kind,
        unitPrice: price ?? null,
        fee: fee ?? null,
        feeAsset: feeAsset === undefined ? null : idOf(feeAsset),
        wallet: wallet ?? 'hot',
        tx: tx ?? null,
        lot: lot ?? null,
      }
    })
}

const idOf = (name: string): AssetId => (name === 'usd' ? BASE : name) as AssetId

/** Marks that hold at all times; an asset without one has none. */
export function textLedger(
  text: string,
  marks: Record<string, string> = {},
  at = '2030-01-01T00:00Z',
): Ledger {
  const price = (asset: AssetId) => (marks[asset] === undefined ? null : new Decimal(marks[asset]))
  return { flows: flowsOf(text), price, at: Date.parse(at) }
}

export const report = (
  text: string,
  settings: Partial<LotSettings> = {},
  marks: Record<string, string> = {},
  at?: string,
): LotReport => lotsOf(textLedger(text, marks, at), settings)

/** Gains of the disposals, in order. */
export const gains = (lots: LotReport): (string | null)[] => lots.disposals.map(({ gain }) => gain)

/** Open lots as `QUANTITY ASSET @ UNIT COST[ in WALLET]`. */
export const open = (lots: LotReport): string[] =>
  lots.lots
    .filter(({ remaining }) => remaining !== '0')
    .map(
      ({ remaining, asset, unitCost, wallet }) =>
        `${remaining} ${asset} @ ${unitCost ?? '?'}${wallet === null ? '' : ` in ${wallet}`}`,
    )

/** Parts of a disposal as `QUANTITY of LOT TERM`. */
export const parts = (lots: LotReport, flow: string, kind?: string): string[] =>
  lots.disposals
    .filter((row) => row.flow === flow && (kind === undefined || row.kind === kind))
    .flatMap((row) => row.parts)
    .map(({ quantity, lot, term }) => `${quantity} of ${lot ?? 'nothing'} ${term}`)

export const asset = (lots: LotReport, name: string) => {
  const row = lots.assets.find((each) => each.asset === name)
  if (row === undefined) throw new Error(`no asset ${name}`)
  return row
}
