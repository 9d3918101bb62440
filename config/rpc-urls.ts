import { faulty, ok, quoted, type Reading } from '#core/reading.ts'

/** Names of other tools for the endpoints of a chain. */
const ALIASES: Readonly<Record<string, number>> = { ETH_RPC_URL: 1, SEPOLIA_RPC_URL: 11_155_111 }
export const RPC_ALIASES: readonly string[] = Object.keys(ALIASES)

/** A setting for every chain, so that it is none of the list: how it is shown, and before which of them. */
export const RPC_URL = {
  before: 'PUBLIC_RPC',
  name: 'RPC_URL_<chain id>',
  description:
    'Endpoints of an EVM chain by its number: one URL, or several with commas between, the preferred first. ETH_RPC_URL and SEPOLIA_RPC_URL are RPC_URL_1 and RPC_URL_11155111. Default: none, its public endpoint.',
  example: 'RPC_URL_1=https://eth-mainnet.g.alchemy.com/v2/your-key,http://127.0.0.1:8545',
  file: 'RPC_URL_1_FILE=/run/secrets/rpc_url_1',
} as const

/** The chain whose endpoints a variable names, `X_FILE` included, and whether it is an alias; null for any other. */
export function rpcVariable(name: string): { readonly chainId: number; readonly alias: boolean } | null {
  const bare = name.replace(/_FILE$/, '')
  if (Object.hasOwn(ALIASES, bare)) return { chainId: ALIASES[bare] as number, alias: true }
  const digits = /^RPC_URL_([1-9]\d{0,14})$/.exec(bare)?.[1]
  return digits === undefined ? null : { chainId: Number(digits), alias: false }
}

const MOST = 20

/** URLs, with commas or line breaks between. Keys stand in them: a reading quotes no more than a scheme. */
export function rpcUrls(text: string): Reading<readonly string[]> {
  if (text.length > 20_000) return faulty('is longer than 20,000 characters')
  const urls = text.split(/[\s,]+/).filter((part) => part !== '')
  if (urls.length === 0 || urls.length > MOST) return faulty(`holds ${urls.length} URLs: give 1 to ${MOST}`)
  for (const [at, url] of urls.entries()) {
    const which = urls.length === 1 ? '' : `, number ${at + 1},`
    if (!URL.canParse(url)) return faulty(`${which} is no URL: write it as https://host/path`.trimStart())
    const { protocol, hash } = new URL(url)
    if (protocol !== 'https:' && protocol !== 'http:')
      return faulty(`${which} begins with ${quoted(protocol)}: it has to be http: or https:`.trimStart())
    if (hash !== '') return faulty(`${which} has a fragment: leave out what follows the #`.trimStart())
    if (urls.indexOf(url) !== at) return faulty(`${which} is there twice: list each URL once`.trimStart())
  }
  return ok(urls)
}

/** Where endpoints are, without what may be a key. */
export function rpcHosts(urls: readonly string[]): string {
  return urls.map((url) => `${new URL(url).origin}/…`).join(',')
}
