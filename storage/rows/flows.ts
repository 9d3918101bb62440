import type { AssetId } from '#core/asset.ts'
import type { Flow, FlowKind } from '#core/flow.ts'
import { ceilHour, HOUR_MS } from '#core/hour.ts'
import { monthEnd, monthOf, monthStart, type Month } from '#core/month.ts'
import type { EditedFlow, FlowEdit, FlowImport } from '#pipeline/ports.ts'
import { int, intOrNull, text, textOrNull, type Row, type Table } from './row.ts'

export type StoredFlow = Flow & {
  readonly retired: number | null
  /** What was done to it by hand, as JSON. */
  readonly edits?: string | null
  /** Of what an edit put away: the id of what stands in its place, empty where nothing does. */
  readonly replacedBy?: string | null
}

/** The month that a flow counts in: that of the hour mark which ends its interval (t−1, t]. */
export function flowMonth(time: number): Month {
  // Rows stand in order of time, mostly: one month is that of many.
  if (!(time > lastMonth.after && time <= lastMonth.until)) {
    const month = monthOf(ceilHour(time))
    lastMonth = { month, after: monthStart(month) - HOUR_MS, until: monthEnd(month) - HOUR_MS }
  }
  return lastMonth.month
}

let lastMonth = { month: '' as Month, after: Infinity, until: -Infinity }

export const flowTable: Table<StoredFlow> = {
  name: 'flows',
  key: ['owner', 'book', 'id'],
  columns: {
    owner: (flow) => flow.owner,
    book: (flow) => flow.book,
    id: (flow) => flow.id,
    source: (flow) => flow.source,
    file: (flow) => flow.file,
    line: (flow) => flow.line,
    time: (flow) => flow.time,
    month: (flow) => flowMonth(flow.time),
    asset: (flow) => flow.asset,
    quantity: (flow) => flow.quantity,
    kind: (flow) => flow.kind,
    unit_price: (flow) => flow.unitPrice,
    price_currency: (flow) => flow.priceCurrency,
    fee: (flow) => flow.fee,
    fee_asset: (flow) => flow.feeAsset,
    wallet: (flow) => flow.wallet,
    chain: (flow) => flow.chain,
    tx: (flow) => flow.tx,
    log_index: (flow) => flow.logIndex,
    from_address: (flow) => flow.from,
    to_address: (flow) => flow.to,
    lot: (flow) => flow.lot,
    note: (flow) => flow.note,
    ordinal: (flow) => flow.ordinal,
    retired: (flow) => flow.retired,
    edits: (flow) => flow.edits ?? null,
    replaced_by: (flow) => flow.replacedBy ?? null,
  },
  read: (row) => ({
    ...readFlow(row),
    retired: intOrNull(row['retired']),
    edits: textOrNull(row['edits']),
    replacedBy: textOrNull(row['replaced_by']),
  }),
}

/** The times that an import of the mode `span` is about; of other modes none. */
export const spanOf = ({ mode, span }: Pick<FlowImport, 'mode' | 'span'>): NonNullable<FlowImport['span']> =>
  mode === 'span' && span !== undefined ? span : { after: 0, until: 0 }

/** What was done to a flow, with one more thing. */
export function withEdit(edits: string | null | undefined, edit: FlowEdit): string {
  return JSON.stringify([...(JSON.parse(edits ?? '[]') as FlowEdit[]), edit])
}

/** A stored flow as an edit left it. */
export function editedFlow({ retired: _retired, edits, replacedBy, ...flow }: StoredFlow): EditedFlow {
  return { flow, replacement: replacedBy || null, log: JSON.parse(edits ?? '[]') as FlowEdit[] }
}

/** The same rows as the ledger gives them out. */
export const currentFlows: Table<Flow> = {
  ...flowTable,
  columns: { ...flowTable.columns, retired: () => null, replaced_by: () => null },
  read: readFlow,
}

function readFlow(row: Row): Flow {
  return {
    id: text(row['id']),
    owner: text(row['owner']),
    book: text(row['book']),
    source: text(row['source']),
    file: textOrNull(row['file']),
    line: intOrNull(row['line']),
    time: int(row['time']),
    asset: text(row['asset']) as AssetId,
    quantity: text(row['quantity']),
    kind: text(row['kind']) as FlowKind,
    unitPrice: textOrNull(row['unit_price']),
    priceCurrency: textOrNull(row['price_currency']),
    fee: textOrNull(row['fee']),
    feeAsset: textOrNull(row['fee_asset']) as AssetId | null,
    wallet: text(row['wallet']),
    chain: textOrNull(row['chain']),
    tx: textOrNull(row['tx']),
    logIndex: intOrNull(row['log_index']),
    from: textOrNull(row['from_address']),
    to: textOrNull(row['to_address']),
    lot: textOrNull(row['lot']),
    note: text(row['note']),
    ordinal: int(row['ordinal']),
  }
}
