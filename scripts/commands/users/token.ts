import { Option, type Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { wholeNumber } from '../../cli/values.ts'

export const SCOPES = ['read', 'write', 'admin'] as const
export type TokenOptions = {
  label: string
  scope: (typeof SCOPES)[number]
  days?: number
  list?: true
  revoke?: string
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark users token ada --label grafana', 'a token that reads; it is shown once'],
    ['tidemark users token ada --label bot --scope write --days 90', ''],
    ['tidemark users token ada --list', 'those that ada has'],
    ['tidemark users token ada --revoke 3f…', ''],
  ])
    .argument('<name>', 'whose token it is')
    .option('--label <text>', 'what it is for', 'command line')
    .addOption(new Option('--scope <scope>', 'what it may at most').choices(SCOPES).default('read'))
    .option('--days <n>', 'until when (default: until it is revoked)', wholeNumber('--days', 1, 3_660))
    .addOption(new Option('--list', 'list them').conflicts('revoke'))
    .option('--revoke <id>', 'take one back')
    .action(act(run))
}

async function run(cli: Cli, name: string, options: TokenOptions): Promise<Outcome> {
  const { runToken } = await import('./token-run.ts')
  return runToken(cli, name, options)
}
