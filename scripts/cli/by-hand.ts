import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { ByHand } from '#pipeline/jobs/edit-flow.ts'

export type ByHandOptions = { why?: string; who?: string }

/** What is kept with everything that is changed by hand. */
export function byHandOptions(command: Command): Command {
  return command
    .option('--why <text>', 'the reason, kept with the old version')
    .option('--who <name>', 'who does it (default: your user name)')
}

export const byHand = ({ why, who }: ByHandOptions): ByHand => ({ who: who ?? userName(), why: why ?? '' })

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return 'unknown'
  }
}
