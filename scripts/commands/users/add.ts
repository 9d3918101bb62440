import { Option, type Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'

export const ROLES = ['viewer', 'owner', 'admin'] as const
export type AddOptions = { role: (typeof ROLES)[number]; shares?: string }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark users add ada', 'the first one looks after the server and sees what is here already'],
    ['tidemark users add bob', 'another one, with portfolios of their own'],
    ['tidemark users add eve --role viewer --shares ada', 'reads what ada has'],
    ['tidemark users add ada < password.txt', 'without being asked'],
  ])
    .argument('<name>', 'what they sign in with')
    .addOption(
      new Option('--role <role>', 'viewer reads, owner changes what is theirs, admin has users and runs too')
        .choices(ROLES)
        .default('owner'),
    )
    .option('--shares <name>', 'sees the portfolios of that account (default: portfolios of its own)')
    .action(act(run))
}

async function run(cli: Cli, name: string, options: AddOptions): Promise<Outcome> {
  const { addUser } = await import('./change.ts')
  return addUser(cli, name, options)
}
