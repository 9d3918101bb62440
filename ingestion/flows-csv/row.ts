import { hash } from 'node:crypto'
import { readAddress } from '#core/address.ts'
import { isFiatCode, parseAsset, type AssetId } from '#core/asset.ts'
import { FLOW_KINDS, isFlowKind, signFault, type Flow, type FlowKind } from '#core/flow.ts'
import { IN_TRANSIT, MANUAL_WALLET } from '#core/portfolio.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { undefuse } from '#core/spreadsheet.ts'
import { readTime } from '#core/time.ts'
import { readDecimalText } from '../csv/decimal-text.ts'
import type { FlowColumn, FlowFields } from './columns.ts'

/** A row without its place: what is in its fields, all but the ordinal and the id. */
export type FlowRow = Omit<Flow, 'id' | 'owner' | 'book' | 'source' | 'file' | 'line' | 'ordinal'>

/** Notes what is wrong with a field of the row. */
export type Complain = (field: FlowColumn, fault: string) => void

const MAX_FIELD = 65_536
const MAX_TEXT = 1_000
const CHAIN = /^[a-z0-9][-a-z0-9_]{1,31}(:[-_a-zA-Z0-9]{1,32})?$/
const HEX = /^0x[0-9a-f]+$/i
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
  const asset = asIs ? readAssetAsIs : readAssetId
  const wallet = asIs ? readWalletAsIs : readWallet
  let sound = true
  const fault = (field: FlowColumn, text: string): null => {
    sound = false
    complain(field, text)
    return null
  }
  const text = (field: FlowColumn): string => fieldText(field, fields[field] ?? '', fault)
  const read = <T>(field: FlowColumn, reader: (text: string) => Reading<T>, needed = false): T | null => {
    const before = sound
    const given = text(field)
    if (given === '') return needed && sound === before ? fault(field, 'is empty') : null
    const reading = reader(given)
    return reading.fault === null ? reading.value : fault(field, reading.fault)
  }
  const needed = <T>(field: FlowColumn, reader: (text: string) => Reading<T>) => read(field, reader, true)

  const kind = needed('kind', readKind)
  const quantity = needed('quantity', readDecimalText)
  if (kind !== null && quantity !== null && !signFits(kind, quantity)) {
    fault('quantity', signFault(kind, quantity) ?? '')
  }
  const fee = read('fee', readFee)
  const feeAsset = read('fee_asset', asset)
  if (feeAsset !== null && !fields.fee?.trim()) fault('fee_asset', 'is given without a fee')
  const row = {
    time: needed('time', (given) => readTime(given, now)) as number,
    asset: needed('asset', asset) as AssetId,
    quantity: quantity as string,
    kind: kind as FlowKind,
    unitPrice: read('unit_price', readPrice),
    priceCurrency: read('price_currency', readCurrency),
    fee: fee === '0' ? null : fee,
    feeAsset: fee === '0' ? null : feeAsset,
    wallet: read('wallet', wallet) ?? MANUAL_WALLET,
    chain: read('chain', readChain),
    tx: read('tx', readReference),
    logIndex: read('log_index', readIndex),
    from: read('from', readReference),
    to: read('to', readReference),
    lot: undefuse(text('lot')) || null,
    note: undefuse(text('note')),
  }
  return sound ? row : null
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

function fieldText(field: FlowColumn, given: string, fault: Complain): string {
  const text = given.trim()
  if (text.length > (field === 'note' ? MAX_FIELD : MAX_TEXT)) {
    fault(field, `has ${text.length} characters, more than a field may have`)
    return ''
  }
  if (field !== 'note' && CONTROL.test(text)) {
    fault(field, `${quoted(text)} holds a control character or line break: take it out`)
    return ''
  }
  return text
}

function readKind(text: string): Reading<FlowKind> {
  const kind = text.toLowerCase()
  if (isFlowKind(kind)) return ok(kind)
  return faulty(`${quoted(text)} is no kind of flow: use ${Object.keys(FLOW_KINDS).join(', ')}`)
}

/** The common case of `signFault` on canonical text, without its exact decimal. */
function signFits(kind: FlowKind, quantity: string): boolean {
  const sign = FLOW_KINDS[kind]
  return quantity !== '0' && (sign === 0 || (sign === -1) === quantity.startsWith('-'))
}

function readFee(text: string): Reading<string> {
  const reading = readDecimalText(text)
  if (reading.fault !== null || !reading.value.startsWith('-')) return reading
  return faulty(`${quoted(text)} is negative: write the fee that was paid as a positive number`)
}

function readPrice(text: string): Reading<string> {
  const reading = readDecimalText(text)
  if (reading.fault !== null || !reading.value.startsWith('-')) return reading
  return faulty(`${quoted(text)} is negative: leave it empty where the price is unknown`)
}

function readAssetId(text: string): Reading<AssetId> {
  const asset = parseAsset(text)
  if (asset !== null) return ok(asset)
  return faulty(
    `${quoted(text)} is no asset: use a CoinGecko id (bitcoin), an ISO code (usd) or a CAIP-19 id`,
  )
}

/** Any id, as it was written; what stands for a currency is that currency. */
export function readAssetAsIs(text: string): Reading<AssetId> {
  const asset = parseAsset(text)
  return ok(asset !== null && asset.startsWith('fiat:') ? asset : (undefuse(text) as AssetId))
}

function readCurrency(text: string): Reading<string> {
  if (text.length <= 8 && isFiatCode(text)) return ok(text.toLowerCase())
  return faulty(`${quoted(text)} is no ISO code of a currency, such as usd or eur`)
}

const checked = new Map<string, Reading<string>>()

/** An address in lower case, or a name as it was written. */
function readWallet(given: string): Reading<string> {
  const text = undefuse(given)
  if (text === IN_TRANSIT) return refusedWallet(text)
  if (!HEX.test(text) || text.length !== 42) return ok(text)
  // Few wallets, many rows: a checksum is worked out once.
  const known = checked.get(text)
  if (known !== undefined) return known
  const reading = readAddress(text)
  if (checked.size >= 1_000) checked.clear()
  checked.set(text, reading)
  return reading
}

function readWalletAsIs(given: string): Reading<string> {
  const text = undefuse(given)
  return text === IN_TRANSIT ? refusedWallet(text) : ok(text)
}

const refusedWallet = (text: string): Reading<string> =>
  faulty(`${quoted(text)} is the name of what is between two wallets: use another`)

/** A transaction, a counterparty: hexadecimal in lower case, anything else as it was written. */
function readReference(given: string): Reading<string> {
  const text = undefuse(given)
  return ok(HEX.test(text) ? text.toLowerCase() : text)
}

function readChain(text: string): Reading<string> {
  const chain = text.includes(':') ? text : text.toLowerCase()
  return CHAIN.test(chain) ? ok(chain) : faulty(`${quoted(text)} is no chain: use a name such as ethereum`)
}

function readIndex(text: string): Reading<number> {
  return /^\d{1,9}$/.test(text) ? ok(Number(text)) : faulty(`${quoted(text)} is not a whole number from 0`)
}
