import type { CommandModule } from './command.ts'

type Entry = {
  readonly name: string
  readonly group: string
  readonly summary: string
  /** Loaded when the command is called: a cold start pays for one command, not for all of them. */
  readonly load: () => Promise<CommandModule>
}

const CARE = 'Look after it:'

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'completion',
    group: CARE,
    summary: 'print a completion script for bash, zsh or fish',
    load: () => import('../commands/completion.ts'),
  },
  {
    name: 'config',
    group: CARE,
    summary: 'every setting with its value and origin',
    load: () => import('../commands/config.ts'),
  },
]
