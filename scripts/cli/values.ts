import { parseAsset, type AssetId } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'

/** Reads a whole number of an option within bounds. @throws TidemarkError USAGE */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN
    if (value >= min && value <= max) return value
    throw usage(
      `${option} "${text}" is not a whole number from ${min} to ${max}.`,
      `Give ${option} a number.`,
    )
  }
}

/** Collects asset ids given one by one, side by side, or with commas between them. @throws TidemarkError USAGE */
export function assetList(text: string, previous: readonly AssetId[] | undefined): AssetId[] {
  const assets = listOf(text).map(singleAsset('--asset'))
  return [...(previous ?? []), ...assets]
}

/** Reads one asset id. @throws TidemarkError USAGE */
export function singleAsset(option: string): (text: string) => AssetId {
  return (text) => {
    const asset = parseAsset(text)
    if (asset !== null) return asset
    throw usage(
      `${option} "${text}" is no asset id.`,
      'Use a CoinGecko id (bitcoin), an ISO code (usd), or a CAIP-19 id; "tidemark coins" lists ids.',
    )
  }
}

/** Collects texts given one by one, side by side, or with commas between them. */
export function textList(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), ...listOf(text)]
}

function listOf(text: string): string[] {
  return text.split(',').filter((part) => part !== '')
}

export function usage(message: string, fix: string): TidemarkError {
  return new TidemarkError('USAGE', { message, fix })
}
