import { hash } from 'node:crypto'
import type { AssetId } from '#core/asset.ts'
import { FLOW_KINDS, signFault, type Flow, type FlowKind } from '#core/flow.ts'
import { MANUAL_WALLET } from '#core/portfolio.ts'
import { ok, quoted } from '#core/reading.ts'
import { undefuse } from '#core/spreadsheet.ts'
import { readTime } from '#core/time.ts'
import type { FlowColumn, FlowFields } from './columns.ts'
import {
  CHAIN_NAME,
  CURRENCY,
  FEE,
  INDEX,
  KIND,
  NAMES,
  PRICE,
  QUANTITY,
  REFERENCE,
  type FieldReader,
} from './field.ts'
import type { Ordinals } from './ordinals.ts'

/** A row without its place: what is in its fields, all but the ordinal and the id. */
export type FlowRow = Omit<Flow, 'id' | 'owner' | 'book' | 'source' | 'file' | 'line' | 'ordinal'>

/** Whose a row is and where it was read. */
export type RowPlace = Pick<Flow, 'owner' | 'book' | 'source' | 'file'>

/** Notes what is wrong with a field of the row. */
export type Complain = (field: FlowColumn, fault: string) => void

const MAX_FIELD = 65_536
const MAX_TEXT = 1_000
const MOST_REMEMBERED = 1_000
const AS_IT_STANDS: FieldReader<string> = { read: ok }
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * Reads one row. Every wrong field is complained about.
 * @param now a time before 2009 or more than a day after it is refused
 * @param asIs takes asset ids and wallet names as they stand
 * @returns null when anything is wrong
 */
export function readFlowRow(
  fields: FlowFields,
  now: number,
  complain: Complain,
  asIs = false,
): FlowRow | null {
  const names = asIs ? NAMES.asIs : NAMES.checked
  const row = new RowReader(complain)
  const kind = row.needed('kind', fields.kind, KIND)
  const quantity = row.needed('quantity', fields.quantity, QUANTITY)
  if (kind !== null && quantity !== null && !signFits(kind, quantity))
    row.fault('quantity', signFault(kind, quantity) ?? '')
  const fee = row.read('fee', fields.fee, FEE)
  const feeAsset = row.read('fee_asset', fields.fee_asset, names.asset)
  if (feeAsset !== null && !fields.fee?.trim()) row.fault('fee_asset', 'is given without a fee')
  // Written out, since a million objects that are spread into others take seconds.
  const read = {
    time: row.time(fields.time, now) as number,
    asset: row.needed('asset', fields.asset, names.asset) as AssetId,
    quantity: quantity as string,
    kind: kind as FlowKind,
    unitPrice: row.read('unit_price', fields.unit_price, PRICE),
    priceCurrency: row.read('price_currency', fields.price_currency, CURRENCY),
    fee: fee === '0' ? null : fee,
    feeAsset: fee === '0' ? null : feeAsset,
    wallet: row.read('wallet', fields.wallet, names.wallet) ?? MANUAL_WALLET,
    chain: row.read('chain', fields.chain, CHAIN_NAME),
    tx: row.read('tx', fields.tx, REFERENCE),
    logIndex: row.read('log_index', fields.log_index, INDEX),
    from: row.read('from', fields.from, REFERENCE),
    to: row.read('to', fields.to, REFERENCE),
    lot: undefuse(row.text('lot', fields.lot)) || null,
    note: undefuse(row.text('note', fields.note)),
  }
  return row.sound ? read : null
}

/** Reads the fields of one row, and knows whether all of them were sound. */
class RowReader {
  sound = true
  private readonly complain: Complain

  constructor(complain: Complain) {
    this.complain = complain
  }

  fault(field: FlowColumn, text: string): null {
    this.sound = false
    this.complain(field, text)
    return null
  }

  /** Trimmed; empty where it is too long or holds what no field may. */
  text(field: FlowColumn, given: string | undefined): string {
    const text = given === undefined ? '' : given.trim()
    return text === '' || this.fits(field, text) ? text : ''
  }

  read<T>(field: FlowColumn, given: string | undefined, { known, read }: FieldReader<T>): T | null {
    const text = given === undefined ? '' : given.trim()
    if (text === '') return null
    const before = known?.get(text)
    if (before !== undefined) return before
    if (!this.fits(field, text)) return null
    const { value, fault } = read(text)
    if (fault !== null) return this.fault(field, fault)
    if (known !== undefined) {
      if (known.size >= MOST_REMEMBERED) known.clear()
      known.set(text, value)
    }
    return value
  }

  needed<T>(field: FlowColumn, given: string | undefined, reader: FieldReader<T>): T | null {
    return given === undefined || given.trim() === ''
      ? this.fault(field, 'is empty')
      : this.read(field, given, reader)
  }

  time(given: string | undefined, now: number): number | null {
    const text = this.needed('time', given, AS_IT_STANDS)
    if (text === null) return null
    const { value, fault } = readTime(text, now)
    return fault === null ? value : this.fault('time', fault)
  }

  private fits(field: FlowColumn, text: string): boolean {
    if (text.length > (field === 'note' ? MAX_FIELD : MAX_TEXT)) {
      this.fault(field, `has ${text.length} characters, more than a field may have`)
      return false
    }
    if (field === 'note' || !CONTROL.test(text)) return true
    this.fault(field, `${quoted(text)} holds a control character or line break: take it out`)
    return false
  }
}

/**
 * What makes a row the same as another: all its fields but `note`, in their one form, and whose and where it is.
 * 132 bits of SHA-256, which is what Node computes fastest on today's processors.
 */
export function contentKey(place: Pick<Flow, 'owner' | 'book' | 'source'>, row: FlowRow): string {
  // No field holds the separator: control characters are refused in all of them.
  const text = [
    place.owner,
    place.book,
    place.source,
    row.time,
    row.asset,
    row.quantity,
    row.kind,
    row.unitPrice,
    row.priceCurrency,
    row.fee,
    row.feeAsset,
    row.wallet,
    row.chain,
    row.tx,
    row.logIndex,
    row.from,
    row.to,
    row.lot,
  ].join('\x1f')
  return hash('sha256', text, 'base64url').slice(0, 22)
}

/** The id of the flow with that content and ordinal. */
export function flowId(key: string, ordinal: number): string {
  return ordinal === 0 ? key : `${key}.${ordinal}`
}

/** The flow that a row is, numbered among its equals. */
export function flowOfRow(place: RowPlace, line: number, row: FlowRow, ordinals: Ordinals): Flow {
  const key = contentKey(place, row)
  const ordinal = ordinals.next(key)
  const { owner, book, source, file } = place
  return {
    id: flowId(key, ordinal),
    owner,
    book,
    source,
    file,
    line,
    time: row.time,
    asset: row.asset,
    quantity: row.quantity,
    kind: row.kind,
    unitPrice: row.unitPrice,
    priceCurrency: row.priceCurrency,
    fee: row.fee,
    feeAsset: row.feeAsset,
    wallet: row.wallet,
    chain: row.chain,
    tx: row.tx,
    logIndex: row.logIndex,
    from: row.from,
    to: row.to,
    lot: row.lot,
    note: row.note,
    ordinal,
  }
}

/** The common case of `signFault` on canonical text, without its exact decimal. */
function signFits(kind: FlowKind, quantity: string): boolean {
  const sign = FLOW_KINDS[kind]
  return quantity !== '0' && (sign === 0 || (sign === -1) === quantity.startsWith('-'))
}
