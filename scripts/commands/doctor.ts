import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark doctor', 'what is wrong, and how to mend it'],
    ["tidemark doctor --json | jq '.checks'", ''],
  ]).action(act(async (cli) => (await import('./doctor/run.ts')).runDoctor(cli)))
}
