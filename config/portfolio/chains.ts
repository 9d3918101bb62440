import type { Node } from 'yaml'
import { readAddress } from '#core/address.ts'
import { chainOf, type OwnChain } from '#core/chain.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'
import { fieldsOf, valueOf } from './nodes.ts'
import type { Faults } from './outline.ts'
import { readAsset } from './values.ts'

/** Chains that the portfolio file describes itself, by `chains:`. */
export function chainsOf(nodes: readonly Node[], faults: Faults): OwnChain[] {
  const seen = new Map<string, string>()
  return nodes.flatMap((node, at) => {
    const chain = chainFrom(node, `chains[${at}]`, faults)
    if (chain === null) return []
    for (const key of [`name "${chain.name}"`, `id ${chain.id}`]) {
      const first = seen.get(key)
      if (first !== undefined)
        faults.add(node, `the ${key} is already taken at ${first}: give each chain once`)
      else seen.set(key, faults.position(node.range?.[0] ?? 0))
    }
    return [chain]
  })
}

function chainFrom(node: Node, what: string, faults: Faults): OwnChain | null {
  const keys = { required: ['name', 'id'], optional: ['coin', 'symbol', 'decimals', 'multicall'] }
  const fields = fieldsOf(node, what, keys, faults)
  if (fields === null) return null
  const read = <T>(key: string, reader: (text: string) => Reading<T>): T | null =>
    valueOf(fields.get(key), `${what}.${key}`, reader, faults)
  const id = read('id', readId)
  const name = read('name', (text) => readName(text, id))
  const coin = read('coin', readAsset)
  const symbol = read('symbol', readSymbol)
  const decimals = read('decimals', readDecimals)
  const multicall = read('multicall', readAddress)
  return name === null || id === null ? null : { name, id, coin, symbol, decimals, multicall }
}

function readId(text: string): Reading<number> {
  const id = /^(?:eip155:)?([1-9]\d{0,15})$/.exec(text)?.[1]
  if (id !== undefined && Number.isSafeInteger(Number(id))) return ok(Number(id))
  return faulty(`${quoted(text)} is no chain id: give the number that eth_chainId answers, such as 8453`)
}

/** A name may stand for another chain's id only where it is that chain: else rows of two chains would mix. */
function readName(text: string, id: number | null): Reading<string> {
  if (!/^[a-z][a-z0-9_-]{1,39}$/.test(text)) {
    return faulty(
      `${quoted(text)} is no name of a chain: use 2 to 40 small letters, digits, _ and -, a letter first`,
    )
  }
  const known = chainOf(text)
  if (known === null || known.id === `eip155:${id}`) return ok(text)
  return faulty(`${quoted(text)} is the name of ${known.id}: choose another name`)
}

function readSymbol(text: string): Reading<string> {
  if (/^[A-Za-z0-9.$-]{1,16}$/.test(text)) return ok(text)
  return faulty(`${quoted(text)} is no symbol: use up to 16 letters and digits`)
}

function readDecimals(text: string): Reading<number> {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 77) return ok(Number(text))
  return faulty(`${quoted(text)} is no number of decimals: give 0 to 77 (18 on nearly all chains)`)
}
