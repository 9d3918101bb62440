import type { Config } from '#config/config.ts'
import type { AssetId } from '#core/asset.ts'
import type { OwnChain } from '#core/chain.ts'
import { TidemarkError } from '#core/errors.ts'
import { chainReader, type ChainReader } from '#ingestion/evm/balances/chain-reader.ts'
import type { BlockTimes } from '#ingestion/evm/block-at/times.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'
import { openChain } from '#ingestion/evm/rpc/open.ts'
import { tokenBook, type ChainTokenBook } from '#ingestion/evm/tokens/book.ts'
import type { ChainRpc, EndpointReport, EvmChain } from '#ingestion/evm/types.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import { storedTimes } from '#pipeline/chain/known-blocks.ts'
import { storedTokens } from '#pipeline/chain/known-tokens.ts'
import { storedTraits } from '#pipeline/chain/known-traits.ts'
import type { Records } from '#pipeline/chain/records.ts'
import type { CoinStore } from '#pipeline/ports.ts'

/** A chain with all that is known of it, opened when first asked for and kept until the end. */
export type OpenChain = {
  readonly rpc: ChainRpc
  readonly tokens: ChainTokenBook
  readonly times: BlockTimes
  readonly reader: ChainReader
}
export type Chains = {
  /** A chain by name, number or CAIP-2 id. @throws TidemarkError INPUT_INVALID */
  readonly chain: (text: string) => EvmChain
  /** Sends nothing yet. @throws TidemarkError CONFIG_INVALID where there is no endpoint to ask */
  readonly open: (chain: EvmChain) => Promise<OpenChain>
  readonly reports: () => readonly { readonly chain: string; readonly endpoints: readonly EndpointReport[] }[]
  readonly close: () => void
}
/** What is looked up and kept of chains. */
export type ChainStore = Pick<CoinStore, 'tokens'> & Records
/** For a question that needs no store: nothing is known before, and nothing is kept. */
export const NO_STORE: ChainStore = {
  tokens: async () => ({ tokens: [], readAt: null }),
  records: async () => [],
  writeRecords: async () => undefined,
}
export type ChainsOptions = {
  readonly store: ChainStore
  readonly owner: string
  /** Chains that the portfolio file describes. */
  readonly own: readonly OwnChain[]
  /** False on a store that cannot be written: what is learned is then forgotten at the end. */
  readonly persist: boolean
  readonly http: HttpTuning
  /** A line for the person who waits. */
  readonly say: (text: string) => void
}

/**
 * The chains as configured. Import this late: with it comes everything that reads a chain.
 */
export async function openChains(config: Config, options: ChainsOptions): Promise<Chains> {
  const { store, owner, own, http, say } = options
  const records: Records = options.persist
    ? store
    : {
        records: (query) => store.records(query),
        writeRecords: async () => undefined,
      }
  const coins = await nativeCoins(store)
  const opened = new Map<number, Promise<OpenChain>>()
  const rpcs: ChainRpc[] = []
  const begin = async (chain: EvmChain): Promise<OpenChain> => {
    const urls = urlsOf(config, chain, say)
    const onForeign = ({ message, fix }: TidemarkError) => say(`! ${message} It is not asked. ${fix}`)
    const traits = storedTraits(records)
    const rpc = openChain(chain, { urls, rate: config.rpc.rate, traits, http, onForeign })
    rpcs.push(rpc)
    const listed = (await store.tokens({ chain: chain.caip2 })).tokens
    const tokens = tokenBook({ rpc, listed, store: storedTokens(records, owner, chain), now: Date.now })
    const times = storedTimes(records, chain)
    return { rpc, tokens, times, reader: chainReader(rpc, tokens, times) }
  }
  return {
    chain: (text) => evmChain(text, own, coins),
    open: (chain) => {
      const known = opened.get(chain.chainId) ?? begin(chain)
      opened.set(chain.chainId, known)
      return known
    },
    reports: () => rpcs.map((rpc) => ({ chain: rpc.chain.name, endpoints: rpc.report() })),
    close: () => rpcs.forEach((rpc) => rpc.close()),
  }
}

/** The coin of each chain, as CoinGecko's list of platforms has it. */
export async function nativeCoins(store: Pick<CoinStore, 'tokens'>): Promise<Map<string, AssetId>> {
  const { tokens } = await store.tokens()
  return new Map(
    tokens.filter(({ contract }) => contract === 'native').map(({ chain, asset }) => [chain, asset]),
  )
}

/** Endpoints in order of preference. A public one is named, since its host learns which addresses are asked for. */
function urlsOf({ rpc }: Config, chain: EvmChain, say: (text: string) => void): readonly string[] {
  const { name, chainId, publicUrls } = chain
  const set = rpc.urls.get(chainId)
  if (set !== undefined) return set
  const [first] = publicUrls
  if (first === undefined || !rpc.public) throw noEndpoint(chain, first !== undefined)
  say(
    `${name}: RPC_URL_${chainId} is not set, so the public endpoint ${new URL(first).host} is asked, which learns the addresses (PUBLIC_RPC=off forbids it).`,
  )
  return publicUrls
}

function noEndpoint({ name, chainId }: EvmChain, forbidden: boolean): TidemarkError {
  return new TidemarkError('CONFIG_INVALID', {
    message: `There is no endpoint of ${name} to ask: RPC_URL_${chainId} is not set${forbidden ? ', and PUBLIC_RPC=off forbids its public one' : ', and no public one is known'}.`,
    fix: `Set RPC_URL_${chainId}=https://… to a node of chain ${chainId}.`,
  })
}
