import { isFiatCode } from '#core/asset.ts'
import { Decimal, divide, formatDecimal } from '#core/decimal.ts'
import type { FlowColumn } from '../flows-csv/columns.ts'
import type { Format, LegSpec } from './format.ts'
import type { NumberReader } from './number.ts'
import type { AssetBook } from './symbols.ts'
import { compileTemplate, type ColumnOf, type Fill } from './template.ts'

/** Fields of a flow as a leg gives them; the transaction and the note are the row's. */
export type LegFields = Partial<Record<FlowColumn, string>>
export type Fault = (field: string, text: string) => null

/** What reads one leg of a row: its flow, with a fee in cash as one of its own; none where nothing moves. */
export type ReadLeg = (fields: readonly string[], fault: Fault) => LegFields[] | null

export type LegContext = {
  readonly format: Format
  readonly columnOf: ColumnOf
  readonly uses: (at: number) => void
  readonly numbers: NumberReader
  readonly assets: AssetBook
  /** The base currency as an asset id: a fee in it needs no row of its own where cash is not followed. */
  readonly base: string
}

/** Makes a leg of a rule ready to read rows. */
export function compileLeg(spec: LegSpec, context: LegContext): ReadLeg {
  const { numbers, assets } = context
  const fill = (template: string | undefined): Fill | null =>
    template === undefined ? null : compileTemplate(template, context.columnOf, context.uses)
  const quantityOf = fill(spec.in ?? spec.out ?? spec.change) as Fill
  const direction = spec.in !== undefined ? 'in' : spec.out !== undefined ? 'out' : 'change'
  const assetOf = fill(spec.asset) as Fill
  const priceOf = compilePrice(spec, fill, numbers)
  const [feeOf, feeAssetOf] = [fill(spec.fee), fill(spec.feeAsset)]
  const [kindIn, kindOut] = typeof spec.kind === 'string' ? [spec.kind, spec.kind] : spec.kind
  return (fields, fault) => {
    const text = quantityOf(fields)
    const reading = numbers.read(text)
    if (text === '' || reading.fault !== null) return fault('quantity', reading.fault ?? 'is empty')
    const size = reading.value.replace('-', '')
    const out = direction === 'out' || (direction === 'change' && reading.value.startsWith('-'))
    const symbol = assetOf(fields)
    if (symbol === '') return fault('asset', 'is empty')
    const fee = readFee(fields, feeOf, feeAssetOf, numbers, fault)
    if (fee === undefined) return null
    const feeAsset = fee === null ? '' : assets.resolve(fee.symbol)
    if (size === '0') return fee === null ? [] : [feeRow(fee.amount, feeAsset)]
    const asset = assets.resolve(symbol)
    const price = asset.startsWith('fiat:') ? NO_PRICE : priceOf(fields, size, fault)
    if (price === null) return null
    const leg: LegFields = { asset, quantity: out ? `-${size}` : size, kind: out ? kindOut : kindIn }
    if (price.unit_price !== undefined) leg.unit_price = price.unit_price
    if (price.price_currency !== undefined) leg.price_currency = price.price_currency
    return fee === null ? [leg] : withFee(leg, fee.amount, feeAsset, context)
  }
}

const feeRow = (amount: string, asset: string): LegFields => ({ asset, quantity: `-${amount}`, kind: 'fee' })

/** A fee in cash takes from a balance that the file follows; where it follows none, it is part of the price. */
function withFee(leg: LegFields, amount: string, asset: string, { format, base }: LegContext): LegFields[] {
  const cash = asset.startsWith('fiat:')
  if (cash && format.cash !== false) return [leg, feeRow(amount, asset)]
  const currency = leg.price_currency
  if (!cash || asset === base || leg.unit_price === undefined || `fiat:${currency ?? ''}` !== asset) {
    leg.fee = amount
    leg.fee_asset = asset
    return [leg]
  }
  const quantity = new Decimal((leg.quantity ?? '0').replace('-', ''))
  const sign = leg.quantity?.startsWith('-') === true ? -1 : 1
  const value = quantity.times(leg.unit_price).plus(new Decimal(amount).times(sign))
  return [
    { ...leg, unit_price: formatDecimal(divide(value.isNegative() ? new Decimal(0) : value, quantity)) },
  ]
}

/** @returns null where there is none, undefined after a fault */
function readFee(
  fields: readonly string[],
  feeOf: Fill | null,
  assetOf: Fill | null,
  numbers: NumberReader,
  fault: Fault,
): { amount: string; symbol: string } | null | undefined {
  const text = feeOf?.(fields) ?? ''
  if (text === '') return null
  const { value, fault: why } = numbers.read(text)
  if (why !== null) return noFee(fault, why)
  if (value === '0') return null
  if (value.startsWith('-')) return noFee(fault, `"${value}" is negative`)
  const symbol = assetOf?.(fields) ?? ''
  return symbol === '' ? noFee(fault, 'has no currency') : { amount: value, symbol }
}

function noFee(fault: Fault, words: string): undefined {
  fault('fee', words)
}

const NO_PRICE: LegFields = {}
type Price = (fields: readonly string[], size: string, fault: Fault) => LegFields | null

function compilePrice(
  spec: LegSpec,
  fill: (template: string | undefined) => Fill | null,
  numbers: NumberReader,
): Price {
  const [unitOf, valueOf, currencyOf] = [fill(spec.price), fill(spec.value), fill(spec.currency)]
  const textOf = unitOf ?? valueOf
  if (textOf === null) return () => NO_PRICE
  return (fields, size, fault) => {
    const text = textOf(fields)
    if (text === '') return NO_PRICE
    const { value, fault: why } = numbers.read(text)
    if (why !== null) return fault('price', why)
    const currency = currencyOf?.(fields).toLowerCase() ?? ''
    // A worth in a coin, or of nothing at all, is no price.
    if (currency !== '' && !isFiatCode(currency)) return NO_PRICE
    const amount = value.replace('-', '')
    if (unitOf === null && amount === '0') return NO_PRICE
    const price = unitOf === null ? formatDecimal(divide(new Decimal(amount), new Decimal(size))) : amount
    return { unit_price: price, ...(currency === '' ? {} : { price_currency: currency }) }
  }
}
