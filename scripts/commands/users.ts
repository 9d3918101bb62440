import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark users list', 'who may sign in, and whose portfolios they see'],
    ['tidemark users add ada', 'an account; its password is asked for'],
  ]).action(act(run))
}

async function run(cli: Cli): Promise<Outcome> {
  const { listUsers } = await import('./users/list.ts')
  return listUsers(cli)
}
