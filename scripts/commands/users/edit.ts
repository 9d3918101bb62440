import type { Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'

const VERBS = {
  disable: 'they are signed out, and cannot sign in until "users enable"',
  enable: 'they may sign in again',
  remove: 'the account goes; its portfolios stay stored',
  password: 'another password; every session of theirs ends',
} as const
export type Verb = keyof typeof VERBS

/** `users disable`, `users enable`, `users remove` and `users password`. */
export function define(command: Command, act: Act): void {
  const verb = command.name().slice('users '.length) as Verb
  examples(command, [[`tidemark users ${verb} bob`, VERBS[verb]]])
    .argument('<name>', 'the account')
    .action(act((cli: Cli, name: string) => run(cli, verb, name)))
}

async function run(cli: Cli, verb: Verb, name: string): Promise<Outcome> {
  const { changeUser } = await import('./change.ts')
  return changeUser(cli, verb, name)
}
