/** Columns of a flows file; the first four are needed, the others may be left out. */
export const FLOW_COLUMNS = [
  'time',
  'asset',
  'quantity',
  'kind',
  'unit_price',
  'fee',
  'fee_asset',
  'wallet',
  'tx',
  'note',
  'from',
  'to',
  'chain',
  'log_index',
  'price_currency',
  'lot',
] as const
export type FlowColumn = (typeof FLOW_COLUMNS)[number]

export const REQUIRED_FLOW_COLUMNS = ['time', 'asset', 'quantity', 'kind'] as const satisfies FlowColumn[]

/** The text of each column; empty where there is none. */
export type FlowFields = Readonly<Partial<Record<FlowColumn, string>>>
