import { shortContract, tokenOf, type AssetId } from '#core/asset.ts'
import type { CoinStore, RecordStore } from '../ports.ts'

export type NamePorts = Pick<CoinStore, 'coins'> & Pick<RecordStore, 'records'>

/**
 * What tokens that no provider names are called: by their own symbols, as cleaned when they were read. A symbol that
 * another asset has too, as imitations do, is followed by the contract, shortened; where there is none that stands alone.
 * @param assets others than tokens of a chain are passed over
 */
export async function tokenNames(
  io: NamePorts,
  assets: Iterable<AssetId>,
): Promise<ReadonlyMap<AssetId, string>> {
  const tokens = [...new Set(assets)].flatMap((asset) => {
    const token = tokenOf(asset)
    return token === null ? [] : [{ asset, ...token }]
  })
  if (tokens.length === 0) return new Map()
  const { factsOf } = await import('../chain/known-tokens.ts')
  const facts = new Map<string, Awaited<ReturnType<typeof factsOf>>>()
  for (const { caip2 } of tokens) if (!facts.has(caip2)) facts.set(caip2, await factsOf(io, { caip2 }))
  const named = tokens.map((token) => ({
    ...token,
    symbol: facts.get(token.caip2)?.get(token.contract as `0x${string}`)?.symbol ?? '',
  }))
  const worn = new Map<string, number>()
  const wear = (symbol: string) => worn.set(symbol.toUpperCase(), (worn.get(symbol.toUpperCase()) ?? 0) + 1)
  for (const { symbol } of (await io.coins()).coins) wear(symbol)
  for (const { symbol } of named) wear(symbol)
  return new Map(
    named.map(({ asset, symbol, contract }) => {
      const short = shortContract(contract)
      const alone = worn.get(symbol.toUpperCase()) === 1
      return [asset, symbol === '' ? short : alone ? symbol : `${symbol} ${short}`]
    }),
  )
}
