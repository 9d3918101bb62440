import type { Wallet } from '#core/portfolio.ts'
import type { Cli } from '../../cli/context.ts'
import type { PortfolioFile } from './file.ts'

/** The address that an ENS name stands for now, with the block of the answer; or in words why there is none. */
export async function resolveEns(
  _cli: Cli,
  name: string,
  _file: PortfolioFile,
): Promise<Pick<Wallet, 'address' | 'ens'> | string> {
  return `${name}: give the address that the name stands for (0x…)`
}
