import { formatTime } from '#core/hour.ts'
import type { CarriedPair, Readings } from '#pipeline/chain/pair-times.ts'
import { safeText } from './text.ts'

/** Names that a sentence lists before it counts the others. */
const NAMES = 3

/** A wallet on a chain that stands as it was last read, as machines read it. */
export const carriedDocument = ({ name, chain, at, failed }: CarriedPair) => ({
  wallet: name,
  chain,
  readAt: at === null ? null : formatTime(at),
  failed,
})

/** Wallets that were never read, with the chains on which they were not where they were on others: `cold on base`. */
export const missingWallets = ({ unread }: Readings): string[] =>
  unread.map(({ name, chains }) => (chains === null ? name : `${name} on ${chains.join(', ')}`))

/** Which chains stand as they were last read, a sentence for each; none where all is known. */
export function carriedLines(carried: readonly CarriedPair[]): string[] {
  const chains = new Map<string, CarriedPair[]>()
  for (const pair of carried) chains.set(pair.chain, [...(chains.get(pair.chain) ?? []), pair])
  return [...chains].map(([chain, pairs]) => {
    const times = pairs.map(({ at }) => at ?? 0)
    const oldest = Math.min(...times)
    const when = oldest === 0 ? 'before it was noted when' : `at ${formatTime(oldest)}`
    const also = oldest === Math.max(...times) ? when : `${when} or later`
    const why = pairs.some(({ failed }) => failed) ? '; the last run could not read it' : ''
    return `Carried: ${safeText(namesOf(pairs))} on ${safeText(chain)} as last read ${also}${why}.`
  })
}

function namesOf(pairs: readonly CarriedPair[]): string {
  const names = pairs.slice(0, NAMES).map(({ name }) => name)
  const more = pairs.length - names.length
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
