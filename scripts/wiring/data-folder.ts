import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { TidemarkError } from '#core/errors.ts'

// The kernel's own folders hold no files of users, and Node's recursive `mkdir` never comes back from one in /proc.
const KERNEL = ['/proc', '/sys', '/dev']
// A file system in memory, where everybody may write.
const MEMORY = '/dev/shm'

/** @throws TidemarkError STORE_UNAVAILABLE when the data folder is a file, or lies where no store can be */
export function refuseUnfit(folder: string): void {
  const real = realPlace(folder)
  const kernel = KERNEL.find((root) => isIn(real, root))
  if (kernel !== undefined && !isIn(real, MEMORY)) {
    throw unfit(`The data folder ${folder} lies in ${kernel}, which is the kernel's and keeps no files.`)
  }
  const found = statSync(real, { throwIfNoEntry: false })
  if (found !== undefined && !found.isDirectory()) {
    throw unfit(
      real === resolve(folder)
        ? `The data folder ${folder} is a file.`
        : `The data folder ${folder} leads to ${real}, which is a file.`,
    )
  }
}

/**
 * Makes the data folder, private to its user: it says what somebody owns.
 * @throws TidemarkError STORE_UNAVAILABLE or STORE_READ_ONLY with the folder
 */
export function makeDataFolder(folder: string): void {
  refuseUnfit(folder)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new TidemarkError(code === 'EROFS' || code === 'EACCES' ? 'STORE_READ_ONLY' : 'STORE_UNAVAILABLE', {
      message: `The data folder ${folder} cannot be made: ${message}.`,
      fix: 'Give that folder to your user, or name another one with --data-dir or TIDEMARK_DATA_DIR.',
    })
  }
}

/** The folder, or what exists of the way to it, with links followed. */
function realPlace(folder: string): string {
  for (let place = resolve(folder); ; place = dirname(place)) {
    try {
      return realpathSync(place)
    } catch {
      // Not there, or not to be looked into: its parent says where it would be. The root always answers.
      if (place === dirname(place)) return place
    }
  }
}

const isIn = (path: string, root: string): boolean => path === root || path.startsWith(`${root}${sep}`)

function unfit(message: string): TidemarkError {
  return new TidemarkError('STORE_UNAVAILABLE', {
    message,
    fix: 'Name a folder on a disk, with --data-dir or TIDEMARK_DATA_DIR.',
  })
}
