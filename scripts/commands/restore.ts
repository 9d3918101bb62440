import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { restoreStore } from '#storage/restore.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { grouped } from '../cli/plan-text.ts'
import { readConfig, storeFile } from '../wiring/config.ts'
import { refuseUnfit } from '../wiring/data-folder.ts'
import { refuseUnreadable } from '../wiring/files.ts'
import { refuseInvented } from '../wiring/invented.ts'
import { forgetStamps } from '../wiring/mirror.ts'
import { jobName } from '../wiring/job.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark restore ~/tidemark-backup.db', 'the store as it was; the present one is kept beside it'],
  ])
    .argument('<file>', 'a backup that "tidemark backup" wrote')
    .action(act(restore))
}

async function restore(cli: Cli, from: string): Promise<Outcome> {
  const config = readConfig(cli)
  refuseServers(config, from)
  refuseUnfit(config.dataDir)
  refuseInvented(config.dataDir)
  refuseUnreadable(from)
  const file = storeFile(config.dataDir)
  cli.stop.drain()
  cli.out.note(`Checking ${resolve(from)}, then copying it into ${file}…`)
  const restored = await restoreStore({
    file,
    from,
    holder: jobName(),
    now: Date.now(),
  })
  forgetStamps(config)
  const { savedAs, bytes, hash } = restored
  return {
    exitCode: 0,
    text: () =>
      [
        `✓ ${file}: ${grouped(bytes)} bytes, checked, sha-256 of its content ${hash}`,
        ...(savedAs === null ? [] : [`  what was there before is kept as ${savedAs}`]),
      ].join('\n'),
    document: () => ({ store: file, from: resolve(from), savedAs, bytes, hash }),
  }
}

/** A server holds what others may be using: its content is put together anew in an empty database. */
function refuseServers(config: Config, from: string): void {
  if (config.storage === 'embedded') return
  throw new TidemarkError('USAGE', {
    message: `"tidemark restore" brings back an embedded store; STORAGE is ${config.storage}.`,
    fix: `Name an empty database in MONGODB_URI, then run "tidemark store copy --from embedded:${from} --to ${config.storage}".`,
  })
}
