import type { Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import { byHandOptions, type ByHandOptions } from '../../cli/by-hand.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'

export type DecideOptions = ByHandOptions & { chain?: string }
export type Verb = 'confirm' | 'hide'

/** `tokens confirm` and `tokens hide`. */
export function define(command: Command, act: Act): void {
  const verb: Verb = command.name() === 'tokens confirm' ? 'confirm' : 'hide'
  const says =
    verb === 'confirm'
      ? 'it counts from now on, and what it moved before'
      : 'it is in no table and no total from now on'
  byHandOptions(
    examples(command, [
      [`tidemark tokens ${verb} eip155:1/erc20:0x…`, says],
      [`tidemark tokens ${verb} 0x… --chain base --why "asked the issuer"`, ''],
    ])
      .argument('<id>', 'the token, as "tidemark tokens list" names it, or its address')
      .option('--chain <name>', 'the chain of an address'),
  ).action(act((cli: Cli, id: string, options: DecideOptions) => decide(cli, verb, id, options)))
}

async function decide(cli: Cli, verb: Verb, id: string, options: DecideOptions): Promise<Outcome> {
  const { runDecide } = await import('./decide-run.ts')
  return runDecide(cli, verb, id, options)
}
