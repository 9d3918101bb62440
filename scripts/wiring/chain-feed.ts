import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import type { Emit } from '#pipeline/events.ts'
import type { ChainAccess, ChainFeed, ChainsOf } from '#pipeline/jobs/io.ts'
import type { CoinStore, ProviderReport, RecordStore } from '#pipeline/ports.ts'
import type { Chains } from './chains.ts'

type FeedOptions = {
  readonly store: CoinStore & RecordStore
  readonly emit: Emit
  readonly http: HttpTuning
  /** False where nothing is written. */
  readonly persist: boolean
}
type Feed = ChainFeed & { readonly reports: () => ProviderReport[]; readonly close: () => void }

/** The chains of wallets, as configured. What reads them is loaded when the first of them is opened. */
export function chainFeed(config: Config, { store, emit, http, persist }: FeedOptions): Feed {
  const opened = new Map<string, Promise<Chains>>()
  const ready: Chains[] = []
  const chainsOf = async (of: ChainsOf): Promise<Chains> => {
    const { openChains } = await import('./chains.ts')
    const say = (message: string) => emit({ type: 'notice', level: 'info', message })
    const chains = await openChains(config, { store, ...of, persist, http, say })
    ready.push(chains)
    return chains
  }
  return {
    access: (chain, { own }) => accessOf(config, chain, own),
    async open(name, of) {
      const key = JSON.stringify(of)
      const chains = opened.get(key) ?? chainsOf(of)
      opened.set(key, chains)
      const known = await chains
      const { chainHistory } = await import('./chain-history.ts')
      const { rpc, tokens, reader } = await known.open(known.chain(name))
      return chainHistory({ rpc, tokens, balances: reader.balances })
    },
    reports: () => ready.flatMap((chains) => chains.reports()).flatMap(reportsOf),
    close: () => ready.forEach((chains) => chains.close()),
  }
}

function accessOf({ rpc }: Config, name: string, own: ChainsOf['own']): ChainAccess {
  try {
    const { chainId, publicUrls } = evmChain(name, own)
    if (rpc.urls.has(chainId)) return { by: 'own', why: null }
    if (publicUrls.length > 0 && rpc.public) return { by: 'public', why: null }
    const why =
      publicUrls.length > 0 ? 'PUBLIC_RPC=off forbids its public endpoint' : 'no public one is known'
    return { by: null, why: `RPC_URL_${chainId} is not set for ${name}, and ${why}` }
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error
    return { by: null, why: error.message }
  }
}

function reportsOf({ chain, endpoints }: ReturnType<Chains['reports']>[number]): ProviderReport[] {
  return endpoints
    .filter(({ requests }) => requests > 0)
    .map(({ host, requests, retries, rateLimited, failed, p95Ms }) => ({
      ...{ provider: `rpc:${chain}`, host, calls: requests, retries, rateLimited, failed, p95Ms },
    }))
}
