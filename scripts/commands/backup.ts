import { resolve } from 'node:path'
import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { grouped } from '../cli/plan-text.ts'
import { readConfig } from '../wiring/config.ts'
import { openForReading, storeLabel } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark backup ~/tidemark-backup.db', 'a consistent copy, checked; also while a job runs'],
    ['tidemark restore ~/tidemark-backup.db', 'and back'],
  ])
    .argument('<file>', 'file to write')
    .action(act(backup))
}

async function backup(cli: Cli, file: string): Promise<Outcome> {
  const config = readConfig(cli)
  const target = resolve(file)
  cli.out.note(`Copying ${storeLabel(config)} to ${target}…`)
  const store = await openForReading(config)
  try {
    const { bytes, hash } = await store.backup(target)
    return {
      exitCode: 0,
      text: () => `✓ ${target}: ${grouped(bytes)} bytes, checked, sha-256 of its content ${hash}`,
      document: () => ({ file: target, bytes, hash }),
    }
  } finally {
    await store.close()
  }
}
