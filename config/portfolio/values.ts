import { isAbsolute, resolve } from 'node:path'
import { parseAsset, type AssetId } from '#core/asset.ts'
import { EVM_CHAIN_NAMES, evmChainName, evmChainNames, type OwnChain } from '#core/chain.ts'
import { formatDecimal, parseDecimal } from '#core/decimal.ts'
import { IN_TRANSIT, MANUAL_WALLET } from '#core/portfolio.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { nearestName } from '../names.ts'

// Letters of any script, so that people can name things in their own language; nothing that a shell or path reads.
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u

export function readName(text: string): Reading<string> {
  if (text.length <= 200 && NAME.test(text)) return ok(text)
  return faulty(
    `${quoted(text)} is no name: use up to 64 letters, digits, spaces and . _ -, a letter or digit first`,
  )
}

/** A label names a wallet in flows.csv, so it may not be the name of something else. */
export function readLabel(text: string): Reading<string> {
  if (text === MANUAL_WALLET || text === IN_TRANSIT) {
    return faulty(`${quoted(text)} has a meaning of its own here: choose another label`)
  }
  return /^0x/i.test(text)
    ? faulty(`${quoted(text)} looks like an address: choose another label`)
    : readName(text)
}

export function readAsset(text: string): Reading<AssetId> {
  const asset = parseAsset(text)
  if (asset !== null) return ok(asset)
  return faulty(
    `${quoted(text)} is no asset: use a CoinGecko id (bitcoin), an ISO code (usd) or a CAIP-19 id; "tidemark coins" lists ids`,
  )
}

/** An exact decimal as plain text; negative for a short. */
export function readQuantity(text: string): Reading<string> {
  const value = parseDecimal(text)
  return value === null ? faulty(decimalFault(text)) : ok(formatDecimal(value))
}

export function readUnitCost(text: string): Reading<string> {
  const reading = readQuantity(text)
  if (reading.fault !== null || !reading.value.startsWith('-')) return reading
  return faulty(`${quoted(text)} is negative: give what one unit cost, or leave it out where that is unknown`)
}

function decimalFault(text: string): string {
  const needed = /^[-+]?[\d.]+,\d+$/.test(text.slice(0, 500))
    ? 'write a point, not a comma, before its decimals'
    : 'write it like "0.5", with at most 77 decimals'
  return `${quoted(text)} is not a decimal number: ${needed}`
}

/** Reads the name of an EVM chain; one of the portfolio's own comes first. */
export function readChain(text: string, own: readonly OwnChain[] = []): Reading<string> {
  const chain = evmChainName(text, own)
  if (chain !== null) return ok(chain)
  const names = [...own.map(({ name }) => name), ...evmChainNames()]
  const nearest = nearestName(text.slice(0, 100).toLowerCase(), names)
  const hint =
    nearest === null
      ? `use one of ${EVM_CHAIN_NAMES.join(', ')}, another EVM chain's name or id, a CAIP-2 id such as eip155:1, or describe it under "chains:"`
      : `did you mean "${nearest}"?`
  return faulty(`${quoted(text)} is no chain that is known: ${hint}`)
}

/** An ENS name as somebody wrote it down: it is looked up elsewhere. */
export function readEnsName(text: string): Reading<string> {
  const isName = text.length <= 255 && /^[^\s\p{C}\p{Z}]+\.[^\s\p{C}\p{Z}]+$/u.test(text)
  return isName ? ok(text) : faulty(`${quoted(text)} is no ENS name, such as name.eth`)
}

export function readBlock(text: string): Reading<number> {
  if (/^\d{1,15}$/.test(text)) return ok(Number(text))
  return faulty(`${quoted(text)} is no block number: give it as digits`)
}

/** The path of the flows file, absolute; a relative one starts from the folder of the portfolio file. */
export function readFlowsPath(text: string, folder: string): Reading<string> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) {
    return faulty(`${quoted(text)} is no path: name a file on this machine, not a URL`)
  }
  if (text.length > 4096 || text.includes('\0')) return faulty('is no path that a file system takes')
  return ok(isAbsolute(text) ? text : resolve(folder, text))
}
