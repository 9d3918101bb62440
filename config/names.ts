import { RPC_ALIASES, rpcVariable } from './rpc-urls.ts'
import { SETTING_NAMES, SETTINGS } from './settings.ts'

/** Every variable that is read: the settings, and for each secret the one that names a file. */
const KNOWN: readonly string[] = [
  ...SETTING_NAMES.flatMap((name) => (SETTINGS[name].secret ? [name, `${name}_FILE`] : [name])),
  ...RPC_ALIASES.flatMap((name) => [name, `${name}_FILE`]),
]

/** First words that hardly anything else uses, so that a typing error in them can be told from another's variable. */
const OWN_WORDS = ['TIDEMARK', 'COINGECKO', 'ALLIUM', 'COINMARKETCAP', 'CMC', 'DEFILLAMA']

/** What the project's own tests and their servers read; one shell may well run both them and the program. */
const OF_TESTS = /^TIDEMARK_(?:TEST_.*|SERVERS_DIR)$/

/**
 * Whether a variable that is not read was meant to be: a fault in words, or null when it is somebody else's.
 * A `.env` is read more strictly than the environment, which is full of other programs' variables.
 */
export function nameFault(name: string, source: 'environment' | '.env' | 'flag'): string | null {
  if (KNOWN.includes(name) || name.length > 100 || OF_TESTS.test(name)) return null
  if (rpcVariable(name) !== null) return null
  // A name where a number belongs would leave the chain to its public endpoint, without a word.
  if (source === '.env' && /^RPC_URL(?:_|$)/i.test(name)) {
    return `${name} is no setting: name the chain by its number, as in RPC_URL_1 for ethereum`
  }
  const word = name.toUpperCase().split('_', 1)[0] ?? ''
  const own = OWN_WORDS.includes(word)
  const almostOwn = own || nearestName(word, OWN_WORDS) !== null
  // An environment is full of others' variables: they are passed over before anything is compared at length.
  if (source !== '.env' && !almostOwn) return null
  const nearest = nearestName(name.toUpperCase(), KNOWN)
  const ours = source === '.env' ? own || nearest !== null : word === 'TIDEMARK' || nearest !== null
  if (!ours) return null
  if (nearest !== null) return `${name} is no setting: did you mean ${nearest}?`
  const siblings = KNOWN.filter((known) => known.startsWith(`${word}_`)).join(', ')
  return `${name} is no setting: take it out, or use one of ${siblings}`
}

/** The name that at most two typing errors lead to (one in short names), or null. */
export function nearestName(name: string, names: readonly string[]): string | null {
  let best: string | null = null
  let least = name.length < 6 ? 2 : 3
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const distance = editDistance(name, candidate)
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(before, j - 2) + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
