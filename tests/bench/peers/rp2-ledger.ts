import type { AssetId } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { lotLedger } from '#tests/bench/lot-ledger.ts'

/** What rp2 knows of the kinds in the bench's ledger: purchases, sales, income, and gas as its `fee`. */
const KNOWN = new Set(['buy', 'sell', 'income', 'gas'])

/**
 * That part of the bench's ledger which rp2 can be given: rows of the kinds that it knows, each with a price of its own
 * (it takes no others), none that leaves more than is there (it refuses the file), no sale that its fee eats up.
 * @param flows how many rows
 * @param plain no income, and purchases without fees: what rp2's hifo orders as ours does
 */
export function peerLedger(flows: number, assets: number, plain = false): Flow[] {
  const held = new Map<AssetId, Decimal>()
  const rows: Flow[] = []
  for (const flow of lotLedger(flows * 3, assets)) {
    if (!KNOWN.has(flow.kind) || flow.tx !== null || (plain && flow.kind === 'income')) continue
    const unitPrice = flow.unitPrice ?? String((rows.length % 50) + 1)
    const none = plain && flow.kind === 'buy' ? { fee: null, feeAsset: null } : {}
    const inKind = flow.feeAsset === null ? new Decimal(0) : new Decimal(flow.fee ?? 0)
    const after = (held.get(flow.asset) ?? new Decimal(0)).plus(flow.quantity).minus(inKind)
    const tooSmall = flow.kind === 'sell' && new Decimal(flow.quantity).times(unitPrice).gt(-1)
    if (after.lt(0) || tooSmall) continue
    held.set(flow.asset, after)
    rows.push({ ...flow, ...none, id: `f${rows.length}`, line: rows.length + 2, unitPrice })
    if (rows.length === flows) return rows
  }
  throw new Error(`the ledger has only ${rows.length} such rows`)
}

/** The same rows as our own CSV. */
export function flowsCsv(flows: readonly Flow[]): string {
  const lines = flows.map((flow) =>
    [
      formatTime(flow.time),
      flow.asset,
      flow.quantity,
      flow.kind,
      flow.unitPrice,
      flow.fee,
      flow.feeAsset,
      flow.wallet,
    ].join(','),
  )
  return ['time,asset,quantity,kind,unit_price,fee,fee_asset,wallet', ...lines, ''].join('\n')
}

/** A mark for each row: rp2 knows no price but that of the row. */
export function marksCsv(flows: readonly Flow[]): string {
  return [
    'time,asset,price',
    ...flows.map(({ time, asset, unitPrice }) => `${formatTime(time)},${asset},${unitPrice ?? ''}`),
    '',
  ].join('\n')
}

type Cell = string | number | null
type Tables = { readonly in: Cell[][]; readonly out: Cell[][] }

/** Its columns, in the order of `CONFIG`. */
const COMMON = 'timestamp, asset, exchange, holder, transaction_type, spot_price'.split(', ')
const IN = [
  ...COMMON,
  'crypto_in',
  'crypto_fee',
  'fiat_in_no_fee',
  'fiat_in_with_fee',
  'fiat_fee',
  'unique_id',
]
const OUT = [...COMMON, 'crypto_out_no_fee', 'crypto_fee', 'fiat_out_no_fee', 'fiat_fee', 'unique_id']
const INTRA = 'timestamp, asset, from_exchange, from_holder, to_exchange, to_holder, spot_price, crypto_sent, crypto_received'.split(', ') // prettier-ignore

/** rp2's settings for these rows. */
export function peerConfig(flows: readonly Flow[]): string {
  const unique = (values: Iterable<string>) => [...new Set(values)].sort().join(', ')
  const section = (name: string, columns: readonly string[]) =>
    [`[${name}]`, ...columns.map((column, index) => `${column} = ${index}`), ''].join('\n')
  return [
    '[general]',
    `assets = ${unique(flows.map(({ asset }) => asset))}`,
    `exchanges = ${unique(flows.map(({ wallet }) => wallet))}`,
    'holders = Trader',
    '',
    section('in_header', IN),
    section('out_header', OUT),
    section('intra_header', INTRA),
  ].join('\n')
}

/** The same rows as rp2 has them: tables of what comes in and what goes out, for each asset. */
export function peerTables(flows: readonly Flow[]): Record<string, Tables> {
  const assets: Record<string, Tables> = {}
  for (const flow of flows) {
    const tables = (assets[flow.asset] ??= { in: [], out: [] })
    if (flow.quantity.startsWith('-')) tables.out.push(outRow(flow))
    else tables.in.push(inRow(flow))
  }
  return assets
}

const common = (flow: Flow, type: string, price: Decimal): Cell[] => [
  formatTime(flow.time),
  flow.asset,
  flow.wallet,
  'Trader',
  type,
  price.toNumber(),
]

function inRow(flow: Flow): Cell[] {
  const price = new Decimal(flow.unitPrice ?? 0)
  const fee = flow.fee === null ? null : Number(flow.fee)
  const inKind = flow.feeAsset !== null
  return [
    ...common(flow, flow.kind, price),
    Number(flow.quantity),
    inKind ? fee : null,
    null,
    null,
    inKind ? null : fee,
    flow.id,
  ]
}

/** rp2 takes no fee off the proceeds of a sale (its column only lowers what is held): what is left is handed to it. */
function outRow(flow: Flow): Cell[] {
  const size = new Decimal(flow.quantity).negated()
  const price = new Decimal(flow.unitPrice ?? 0)
  if (flow.kind === 'gas') return [...common(flow, 'fee', price), 0, size.toNumber(), null, null, flow.id]
  const proceeds = size.times(price).minus(flow.fee ?? 0)
  // Its spot price must agree with it, or a warning a row is what is measured.
  const net = proceeds.div(size).toDecimalPlaces(11)
  return [...common(flow, 'sell', net), size.toNumber(), 0, proceeds.toNumber(), null, flow.id]
}
