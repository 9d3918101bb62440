import type { Command } from 'commander'
import { TidemarkError } from '#core/errors.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { textList, usage } from '../../cli/values.ts'
import { nameOf, placeOf, portfolioFile, replaceFile, type PortfolioFile } from './file.ts'
import { walletDocument } from './list.ts'

type Options = { add?: string[]; remove?: string[] }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets chains cold --add base optimism', 'read on two chains more'],
    ['tidemark wallets chains 0x… --remove ethereum', 'what was read there stays stored, and counts no more'],
  ])
    .argument('<wallet>', 'address, label or ENS name')
    .option('--add <name...>', 'chains to read it on too', textList)
    .option('--remove <name...>', 'chains to read it on no more', textList)
    .action(act(run))
}

async function run(cli: Cli, text: string, { add = [], remove = [] }: Options): Promise<Outcome> {
  if (add.length + remove.length === 0)
    throw usage('There is nothing to change.', 'Name chains with --add or --remove, such as --add base.')
  const file = await portfolioFile(cli)
  const at = placeOf(text, file)
  const before = file.portfolio.wallets[at]
  if (before === undefined) throw new RangeError(`There is no wallet ${at}.`)
  const [added, removed] = [await chainsNamed(add, file), await chainsNamed(remove, file)]
  const stranger = removed.find((chain) => !before.chains.includes(chain))
  if (stranger !== undefined)
    throw invalid(
      `${nameOf(before)} is not read on ${stranger}, but on ${before.chains.join(', ')}.`,
      'Name one of these with --remove.',
    )
  const chains = [...new Set([...before.chains, ...added])].filter((chain) => !removed.includes(chain))
  if (chains.length === 0)
    throw invalid(
      'A wallet needs a chain to be read on.',
      'Leave one, or take the wallet out: "tidemark wallets remove".',
    )
  const { rechainWallet } = await import('#config/portfolio/edit.ts')
  replaceFile(file, rechainWallet(file.text, at, chains, file.source))
  const wallet = { ...before, chains }
  const news = added.some((chain) => !before.chains.includes(chain))
    ? ' "tidemark ingest" reads it there.'
    : ''
  return {
    exitCode: 0,
    text: () => `${nameOf(wallet)} is read on ${chains.join(', ')} now.${news}`,
    document: () => ({ file: file.path, wallet: walletDocument(wallet) }),
  }
}

/** Chains as the portfolio file takes them. @throws TidemarkError INPUT_INVALID */
async function chainsNamed(texts: readonly string[], { portfolio }: PortfolioFile): Promise<string[]> {
  const { readChain } = await import('#config/portfolio/values.ts')
  return texts.map((text) => {
    const { value, fault } = readChain(text, portfolio.chains)
    if (value !== null) return value
    throw invalid(`${fault}.`, 'Name the chains one by one, with a space between them.')
  })
}

const invalid = (message: string, fix: string): TidemarkError =>
  new TidemarkError('INPUT_INVALID', { message, fix })
