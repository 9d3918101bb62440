import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { wholeNumber } from '../cli/values.ts'

export type DemoOptions = { readonly serve?: true; readonly port: number; readonly open?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark demo', 'the whole pipeline on an invented market: no network, no key'],
    ['tidemark demo --serve', 'three months of it as a page, behind the link that it prints'],
    ["tidemark demo --json | jq '.total'", ''],
    ['tidemark demo --data-dir /tmp/demo', 'its data elsewhere'],
  ])
    .option('--serve', 'serve it, for this machine alone, until Ctrl-C')
    .option(
      '--port <number>',
      'where --serve listens; 0 is any that is free',
      wholeNumber('--port', 0, 65_535),
      8443,
    )
    .option('--open', 'with --serve: open it in the browser')
    .action(
      act(async (cli: Cli, options: DemoOptions) => (await import('./demo/run.ts')).runDemo(cli, options)),
    )
}
