import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { storeFile } from './config.ts'

/** Its presence says that everything in a data folder is invented. */
const MARKER = 'INVENTED-DATA'

/** Whether a data folder is the demo's: every view of it is labelled, and no real data may join it. */
export function isInvented(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER))
}

/**
 * Makes a data folder the demo's.
 * @throws TidemarkError USAGE when it holds a store already that is not the demo's
 */
export function claimForDemo(dataDir: string): void {
  if (isInvented(dataDir)) return
  if (existsSync(storeFile(dataDir))) {
    throw new TidemarkError('USAGE', {
      message: `${dataDir} holds a store of yours; invented data is kept in a folder of its own.`,
      fix: 'Name another folder with --data-dir, or leave it out.',
    })
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dataDir, MARKER), 'Everything in this folder was invented by "tidemark demo".\n')
}

/** @throws TidemarkError USAGE when real data would be brought into the demo's folder */
export function refuseInvented(dataDir: string): void {
  if (!isInvented(dataDir)) return
  throw new TidemarkError('USAGE', {
    message: `${dataDir} is the folder of "tidemark demo": its data is invented, and real data must not mix with it.`,
    fix: 'Name another folder with --data-dir or TIDEMARK_DATA_DIR.',
  })
}
