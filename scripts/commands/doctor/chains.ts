import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { anotherChain } from '#ingestion/evm/rpc/another-chain.ts'
import type { EndpointReport } from '#ingestion/evm/types.ts'
import type { HttpTuning } from '#ingestion/http/options.ts'
import { fail, ok, warn, type Finding } from './check.ts'

/** Whether an endpoint of each chain that the portfolio's wallets are on answers, is of that chain, and keeps old state. */
export async function checkChains(
  config: Config,
  portfolio: Portfolio | null,
  http: HttpTuning,
  signal: AbortSignal,
): Promise<Finding[]> {
  const names = [...new Set((portfolio?.wallets ?? []).flatMap(({ chains }) => chains))]
  if (portfolio === null || names.length === 0 || !config.walletSources.includes('rpc')) return []
  const { openChains, NO_STORE } = await import('../../wiring/chains.ts')
  const { owner, chains: own = [] } = portfolio
  const options = { store: NO_STORE, owner, own, persist: false, http, say: () => undefined }
  const chains = await openChains(config, options)
  try {
    // Each names itself in what it says; a chain that does not answer keeps none of the others waiting.
    const found = await Promise.all(
      names.map(async (name) => {
        const what = `Chain ${name} answers`
        try {
          const chain = chains.chain(name)
          const { rpc } = await chains.open(chain)
          const head = await rpc.block('latest', signal)
          const asked = rpc
            .report()
            .find(({ requests, failed, foreign }) => requests > failed && foreign === null)
          const wrong = rpc
            .report()
            .filter(({ foreign }) => foreign !== null)
            .map((endpoint) => anotherChain(chain, endpoint))
            .map(({ message, fix }) => fail(`Endpoint of ${name} is of its chain`, message, fix))
          const answers = ok(what, `block ${head.number} of ${formatTime(head.time)}${traitsOf(asked)}`)
          return [answers, ...wrong]
        } catch (error) {
          return [trouble(what, error)]
        }
      }),
    )
    return found.flat()
  } finally {
    chains.close()
  }
}

function traitsOf(endpoint: EndpointReport | undefined): string {
  if (endpoint === undefined) return ''
  const { host, traits } = endpoint
  if (traits === null) return `, ${host}`
  const state = traits.liesAboutState
    ? 'answers old blocks with new state'
    : traits.oldestState === 0
      ? 'an archive'
      : traits.oldestState === null
        ? null
        : `keeps state from block ${traits.oldestState}`
  const logs = traits.logBlocks === null ? null : `logs of ${traits.logBlocks} blocks a call`
  return `, ${[host, state, logs].filter((words) => words !== null).join(', ')}`
}

/** A wrong chain or a refused key is mended here; an endpoint that does not answer may be back in a minute. */
function trouble(name: string, error: unknown): Finding {
  if (!(error instanceof TidemarkError)) throw error
  const isOurs = error.code === 'CONFIG_INVALID' || error.code.startsWith('CREDENTIAL')
  return (isOurs ? fail : warn)(name, error.message, error.fix)
}
