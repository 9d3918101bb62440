import type { Answer } from '../../api/types.ts'

export type Chain = Answer<'GET /chains'>['chains'][number]

/** More than these are found by writing more of their name. */
const MOST_SHOWN = 40

/** Chains to choose from: those that are chosen first, then those that match, the usual ones before all others. */
export function offered(
  chains: readonly Chain[],
  chosen: readonly string[],
  search: string,
): { readonly shown: readonly Chain[]; readonly more: number } {
  const wanted = search.trim().toLowerCase()
  const mine = chosen.map((name) => chains.find((chain) => chain.name === name) ?? unlisted(name))
  const others = chains.filter(({ name }) => !chosen.includes(name))
  // Without a word to look for, the usual ones are enough: the list has hundreds.
  const found = wanted === '' ? others.filter(({ usual }) => usual) : ranked(others, wanted)
  const room = Math.max(0, MOST_SHOWN - mine.length)
  const rest = wanted === '' ? others.length - Math.min(found.length, room) : Math.max(0, found.length - room)
  return { shown: [...mine, ...found.slice(0, room)], more: rest }
}

/** One that a file of the server describes, or that the list has no more. */
const unlisted = (name: string): Chain => ({ name, id: name, symbol: null, usual: false, testnet: false })

function ranked(chains: readonly Chain[], wanted: string): Chain[] {
  const rank = ({ name, id, usual }: Chain): number => {
    if (name === wanted || id === wanted || id === `eip155:${wanted}`) return 0
    return (name.startsWith(wanted) ? 1 : 2) + (usual ? 0 : 2)
  }
  return chains
    .filter(
      ({ name, id, symbol }) =>
        name.includes(wanted) || id.endsWith(`:${wanted}`) || symbol?.toLowerCase() === wanted,
    )
    .map((chain) => ({ chain, at: rank(chain) }))
    .sort((a, b) => a.at - b.at)
    .map(({ chain }) => chain)
}
