import type { Command } from 'commander'
import { TidemarkError } from '#core/errors.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'
import { nameOf, placeOf, portfolioFile, replaceFile, type PortfolioFile } from './file.ts'
import { walletDocument } from './list.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets label 0x… cold', 'calls it "cold"'],
    ['tidemark wallets label cold "cold storage"', 'another name for it'],
    ['tidemark wallets label cold --none', 'takes the name off'],
  ])
    .argument('<wallet>', 'address, label or ENS name')
    .argument(
      '[label]',
      'what it is called from now on; rows of flows.csv that use the old label have to follow',
    )
    .option('--none', 'no label')
    .action(act(run))
}

async function run(
  cli: Cli,
  text: string,
  label: string | undefined,
  options: { none?: true },
): Promise<Outcome> {
  if ((label === undefined) === (options.none === undefined))
    throw usage('Give the wallet a label, or take it off.', 'Write the label after the wallet, or --none.')
  const file = await portfolioFile(cli)
  const at = placeOf(text, file)
  const wanted = label === undefined ? null : await labelOf(label, at, file)
  const { labelWallet } = await import('#config/portfolio/edit.ts')
  const edited = labelWallet(file.text, at, wanted, file.source)
  replaceFile(file, edited)
  const [wallet] = edited.portfolio.wallets.slice(at, at + 1)
  if (wallet === undefined) throw new RangeError(`There is no wallet ${at}.`)
  return {
    exitCode: 0,
    text: () =>
      wanted === null
        ? `${wallet.address} has no label now.`
        : `${wallet.address} is called "${wanted}" now.`,
    document: () => ({ file: file.path, wallet: walletDocument(wallet) }),
  }
}

/** @throws TidemarkError INPUT_INVALID for what is no label, or another wallet's */
async function labelOf(text: string, at: number, { portfolio }: PortfolioFile): Promise<string> {
  const { readLabel } = await import('#config/portfolio/values.ts')
  const { value, fault } = readLabel(text)
  const taken = portfolio.wallets.find(
    (wallet, place) => place !== at && wallet.label?.toLowerCase() === text.toLowerCase(),
  )
  if (value !== null && taken === undefined) return value
  throw new TidemarkError('INPUT_INVALID', {
    message: taken === undefined ? `The label: ${fault ?? ''}.` : `The label is that of ${nameOf(taken)}.`,
    fix: 'Choose another label.',
  })
}
