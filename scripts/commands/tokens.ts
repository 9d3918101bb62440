import { Option, type Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { pageOptions, type PageOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { textList } from '../cli/values.ts'

const STANDINGS = ['listed', 'confirmed', 'unpriced', 'suspect', 'hidden'] as const
export type TokensOptions = PageOptions & { chain?: string[]; standing?: (typeof STANDINGS)[number] }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark tokens list', 'every token that was met on the chains of the wallets'],
    ['tidemark tokens list --standing suspect', 'those that wear the symbol of another one'],
    ['tidemark tokens confirm eip155:1/erc20:0x…', 'count one all the same'],
    ['tidemark tokens hide 0x… --chain base', 'leave one out of every table and total'],
  ])
    .option('--chain <name...>', 'only these chains (default: those of the wallets)', textList)
    .addOption(new Option('--standing <word>', 'only these').choices(STANDINGS))
  pageOptions(command).action(act(run))
}

async function run(cli: Cli, options: TokensOptions): Promise<Outcome> {
  const { runTokens } = await import('./tokens/list.ts')
  return runTokens(cli, options)
}
