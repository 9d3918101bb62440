import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark demo', 'the whole pipeline on an invented market: no network, no key'],
    ["tidemark demo --json | jq '.total'", ''],
    ['tidemark demo --data-dir /tmp/demo', 'its data elsewhere'],
  ]).action(act(async (cli) => (await import('./demo/run.ts')).runDemo(cli)))
}
