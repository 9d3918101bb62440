import { usualChain } from './chain.ts'

/** Shorter texts stand inside of ordinary words, and masking them would tear holes into everything. */
const LEAST = 6

/** What addresses of endpoints say that is no key. Names of the usual chains and numbers of chains are none either. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'api app arb archive avax blockchain bnb chain chains client endpoint eth evm execution full goerli holesky ' +
    'hoodi http https json jsonrpc latest light main mainnet matic network node nodes nova one ogrpc op opt public ' +
    'rpc sepolia server service services test testnet trace true false ws wss zkevm'
  ).split(' '),
)

/**
 * What of an endpoint's address may be a key, the longest first, so that none is masked in part: the address, its path
 * and its query as they stand, each piece of the two that is no ordinary word, user and password, and these two as a
 * header carries them.
 */
export function urlSecrets(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { href, username, password, pathname, search } = new URL(url)
  const inPath = pathname.split('/').filter(mayBeKey)
  const inQuery = search.slice(1).split('&').map(valueOf).filter(mayBeKey)
  const found = [
    ...inPath,
    ...(inPath.length > 0 ? [pathname] : []),
    ...inQuery,
    ...(inQuery.length > 0 ? [search.slice(1), pathname + search] : []),
    ...(mayBeKey(username) ? [username] : []),
    ...(password === '' ? [] : [password]),
    ...credentials(username, password),
  ]
  if (found.length > 0) found.push(url, href)
  const forms = new Set(found.flatMap((text) => [text, decoded(text)]))
  return [...forms].filter(({ length }) => length >= LEAST).sort((a, b) => b.length - a.length)
}

/** The value of a parameter, or the parameter itself where it has none: some keys stand alone after the `?`. */
function valueOf(parameter: string): string {
  const [name = '', ...value] = parameter.split('=')
  return value.join('=') || name
}

function mayBeKey(piece: string): boolean {
  return piece !== '' && !piece.split(/[-_.]/).every(isOrdinary)
}

/** `mainnet`, `arbitrum`, `v2`, `42161`. */
function isOrdinary(word: string): boolean {
  const lower = word.toLowerCase()
  return WORDS.has(lower) || usualChain(lower) !== null || /^(?:v\d{1,2}|\d{1,10})$/.test(lower)
}

/** User and password together, as they stand and as `Authorization: Basic` carries them. */
function credentials(username: string, password: string): string[] {
  if (username === '' && password === '') return []
  const pairs = new Set([`${username}:${password}`, `${decoded(username)}:${decoded(password)}`])
  const basic = [...pairs].map((pair) => Buffer.from(pair).toString('base64'))
  return [...pairs, ...basic, ...basic.map((text) => text.replace(/=+$/, ''))]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
