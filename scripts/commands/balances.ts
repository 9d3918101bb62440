import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { textList } from '../cli/values.ts'

export type BalancesOptions = { wallet?: string[]; chain?: string[]; at?: string; all?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark balances', 'what the wallets of the portfolio hold now, read from their chains'],
    ['tidemark balances --wallet 0x… --chain ethereum base', 'one wallet, on two chains'],
    ['tidemark balances --at 2026-11-01', 'what they held then'],
    ['tidemark balances --chain base --at 21000000', 'at a block'],
  ])
    .option(
      '--wallet <address...>',
      'these wallets: addresses, labels or ENS names (default: all of the portfolio)',
      textList,
    )
    .option(
      '--chain <name...>',
      'these chains, by name, number or CAIP-2 id (default: those of each wallet)',
      textList,
    )
    .option(
      '--at <time|block>',
      'at the last block at or before a time, UTC, or, digits alone, at a block of the one --chain (default: now)',
    )
    .option('--all', 'zero balances and hidden tokens too')
    .addHelpText(
      'after',
      `
Tokens: those that the history of a wallet moved, that a provider reported, or that were named by
"tokens confirm", and a few that everybody may hold. "ingest" finds the others.
Nodes: RPC_URL_<chain id>; without it a public one, which learns the addresses (PUBLIC_RPC=off).
Prices: of the store, at the hour. A chain that does not answer shows what was read of it last.
Ends with 3 when a balance or the mark of a known token is missing.`,
    )
    .action(act(run))
}

// What reads chains is loaded when it is needed, not for a line of help.
async function run(cli: Cli, options: BalancesOptions): Promise<Outcome> {
  const { runBalances } = await import('./balances/run.ts')
  return runBalances(cli, options)
}
