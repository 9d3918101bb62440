import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import { storeFile } from './config.ts'
import { makeDataFolder } from './data-folder.ts'

/** Its presence says that everything in a data folder is invented. */
const MARKER = 'INVENTED-DATA'
/** Written once a demo that is to be served is whole. */
const SERVABLE = 'ready-to-serve'
/** After so long its newest prices are older than what is shown as of now. */
const STALE_MS = 3_600_000

/** Whether a data folder is the demo's: every view of it is labelled, and no real data may join it. */
export function isInvented(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER))
}

/**
 * Makes a data folder the demo's, and empties it of the store that an earlier demo left: it may be of an older build,
 * and everything in it is invented anew anyhow. Logs stay.
 * @throws TidemarkError USAGE when it holds a store already that is not the demo's
 */
export function claimForDemo(dataDir: string): void {
  if (isInvented(dataDir)) return removeStore(dataDir)
  if (existsSync(storeFile(dataDir))) {
    throw new TidemarkError('USAGE', {
      message: `${dataDir} holds a store of yours; invented data is kept in a folder of its own.`,
      fix: 'Name another folder with --data-dir, or leave it out.',
    })
  }
  makeDataFolder(dataDir)
  writeFileSync(join(dataDir, MARKER), 'Everything in this folder was invented by "tidemark demo".\n')
}

function removeStore(dataDir: string): void {
  const store = storeFile(dataDir)
  // What counts the commits of the old store goes first: beside a new one it would speak of lost ones.
  for (const end of ['-seen', '', '-journal', '-wal', '-shm']) rmSync(`${store}${end}`, { force: true })
  for (const name of ['mirrors.json', SERVABLE]) rmSync(join(dataDir, name), { force: true })
}

/** Whether a demo was brought in whole, less than an hour ago. */
export function isServable(dataDir: string): boolean {
  const made = statSync(join(dataDir, SERVABLE), { throwIfNoEntry: false })
  return isInvented(dataDir) && made !== undefined && Date.now() - made.mtimeMs < STALE_MS
}

export function markServable(dataDir: string): void {
  writeFileSync(join(dataDir, SERVABLE), '')
}

/** @throws TidemarkError USAGE when real data would be brought into the demo's folder */
export function refuseInvented(dataDir: string): void {
  if (isInvented(dataDir)) throw mixed(dataDir)
}

/** Real data that would join invented data. */
export function mixed(dataDir: string): TidemarkError {
  return new TidemarkError('USAGE', {
    message: `${dataDir} is the folder of "tidemark demo": its data is invented, and real data must not mix with it.`,
    fix: 'Name another folder with --data-dir or TIDEMARK_DATA_DIR.',
  })
}
