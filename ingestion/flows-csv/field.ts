import { readAddress } from '#core/address.ts'
import { isFiatCode, parseAsset, type AssetId } from '#core/asset.ts'
import { FLOW_KINDS, isFlowKind, type FlowKind } from '#core/flow.ts'
import { IN_TRANSIT } from '#core/portfolio.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { undefuse } from '#core/spreadsheet.ts'
import { readDecimalText } from '../csv/decimal-text.ts'

/** Reads the text of one field: trimmed, not empty, without control characters. */
export type FieldReader<T> = {
  readonly read: (text: string) => Reading<T>
  /** What was read before, for fields of few values and many rows. */
  readonly known?: Map<string, T>
}

const CHAIN = /^[a-z0-9][-a-z0-9_]{1,31}(:[-_a-zA-Z0-9]{1,32})?$/
const HEX = /^0x[0-9a-f]+$/i

const few = <T>(read: (text: string) => Reading<T>): FieldReader<T> => ({ read, known: new Map<string, T>() })

export const KIND = few<FlowKind>((text) => {
  const kind = text.toLowerCase()
  if (isFlowKind(kind)) return ok(kind)
  return faulty(`${quoted(text)} is no kind of flow: use ${Object.keys(FLOW_KINDS).join(', ')}`)
})

export const QUANTITY: FieldReader<string> = { read: readDecimalText }

export const FEE = positive('write the fee that was paid as a positive number')

export const PRICE = positive('leave it empty where the price is unknown')

function positive(advice: string): FieldReader<string> {
  return {
    read(text) {
      const reading = readDecimalText(text)
      if (reading.fault !== null || !reading.value.startsWith('-')) return reading
      return faulty(`${quoted(text)} is negative: ${advice}`)
    },
  }
}

const ASSET = few<AssetId>((text) => {
  const asset = parseAsset(text)
  if (asset !== null) return ok(asset)
  return faulty(
    `${quoted(text)} is no asset: use a CoinGecko id (bitcoin), an ISO code (usd) or a CAIP-19 id`,
  )
})

/** Any id, as it was written; what stands for a currency is that currency. */
export function readAssetAsIs(text: string): Reading<AssetId> {
  const asset = parseAsset(text)
  return ok(asset !== null && asset.startsWith('fiat:') ? asset : (undefuse(text) as AssetId))
}

/** An address in lower case, or a name as it was written. */
const WALLET = few<string>((given) => {
  const text = undefuse(given)
  if (text === IN_TRANSIT) return refusedWallet(text)
  return HEX.test(text) && text.length === 42 ? readAddress(text) : ok(text)
})

const WALLET_AS_IS = few<string>((given) => {
  const text = undefuse(given)
  return text === IN_TRANSIT ? refusedWallet(text) : ok(text)
})

const refusedWallet = (text: string): Reading<string> =>
  faulty(`${quoted(text)} is the name of what is between two wallets: use another`)

/** How assets and wallets are read: as what they are, or (`asIs`) as they stand. */
export const NAMES = {
  checked: { asset: ASSET, wallet: WALLET },
  asIs: { asset: few(readAssetAsIs), wallet: WALLET_AS_IS },
} as const

export const CURRENCY = few<string>((text) => {
  if (text.length <= 8 && isFiatCode(text)) return ok(text.toLowerCase())
  return faulty(`${quoted(text)} is no ISO code of a currency, such as usd or eur`)
})

export const CHAIN_NAME = few<string>((text) => {
  const chain = text.includes(':') ? text : text.toLowerCase()
  return CHAIN.test(chain) ? ok(chain) : faulty(`${quoted(text)} is no chain: use a name such as ethereum`)
})

/** A transaction, a counterparty: hexadecimal in lower case, anything else as it was written. */
export const REFERENCE: FieldReader<string> = {
  read(given) {
    const text = undefuse(given)
    return ok(HEX.test(text) ? text.toLowerCase() : text)
  },
}

export const INDEX: FieldReader<number> = {
  read: (text) =>
    /^\d{1,9}$/.test(text) ? ok(Number(text)) : faulty(`${quoted(text)} is not a whole number from 0`),
}
