import type { Output } from './output.ts'
import type { Stop } from './signals.ts'

export const PROGRESS = ['bar', 'lines', 'json', 'none'] as const
export type ProgressStyle = (typeof PROGRESS)[number]

/** Options that every command takes, before or after its name. */
export type Globals = {
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly debug: boolean
  readonly progress: ProgressStyle | null
  readonly dataDir: string | null
  readonly portfolio: string | null
  readonly owner: string
}

/** What a command is handed: how it was called, where it writes, and when it has to stop. */
export type Cli = {
  readonly globals: Globals
  readonly out: Output
  readonly stop: Stop
}
