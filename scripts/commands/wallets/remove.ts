import type { Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { nameOf, placeOf, portfolioFile, replaceFile } from './file.ts'
import { walletDocument } from './list.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets remove cold', 'by its label'],
    ['tidemark wallets remove 0x…', 'by its address'],
  ])
    .argument('<wallet>', 'address, label or ENS name')
    .action(act(run))
}

async function run(cli: Cli, text: string): Promise<Outcome> {
  const file = await portfolioFile(cli)
  const at = placeOf(text, file)
  const { removeWallet } = await import('#config/portfolio/edit.ts')
  replaceFile(file, removeWallet(file.text, at, file.source))
  const [wallet] = file.portfolio.wallets.slice(at, at + 1)
  if (wallet === undefined) throw new RangeError(`There is no wallet ${at}.`)
  return {
    exitCode: 0,
    text: () =>
      `Taken out of ${file.path}: ${nameOf(wallet)}. What was read of it stays stored, and counts again when it is added again.`,
    document: () => ({ file: file.path, removed: walletDocument(wallet) }),
  }
}
