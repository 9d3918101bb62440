import { TidemarkError } from '#core/errors.ts'
import type { Wallet } from '#core/portfolio.ts'
import type { Cli } from '../../cli/context.ts'
import { NO_STORE, openChains } from '../../wiring/chains.ts'
import { readConfig } from '../../wiring/config.ts'
import { lookUpName } from '../../wiring/ens.ts'
import type { PortfolioFile } from './file.ts'

/**
 * The address that an ENS name stands for now, with the block of the answer; or in words why there is none.
 * @throws TidemarkError where there is no endpoint of Ethereum, or it does not answer
 */
export async function resolveEns(
  cli: Cli,
  name: string,
  { portfolio }: PortfolioFile,
): Promise<Pick<Wallet, 'address' | 'ens'> | string> {
  const config = readConfig(cli)
  const chains = await openChains(config, {
    ...{ store: NO_STORE, owner: portfolio.owner, own: portfolio.chains ?? [], persist: false },
    http: { retryAfterCapMs: config.retryAfterCap * 1000 },
    say: (text) => cli.out.note(text),
  })
  try {
    const { name: normal, address, block } = await lookUpName(chains, name, cli.stop.signal)
    return { address, ens: { name: normal, block: block.number } }
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'INPUT_INVALID') return error.message
    throw error
  } finally {
    chains.close()
  }
}
