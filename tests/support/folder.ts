import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * A folder of its own for the running test, gone when it has ended. In memory where the machine has such a place: what
 * a killed process leaves is the same there, and nobody waits for a disk.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(inMemory() ?? tmpdir(), 'tidemark-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function inMemory(): string | null {
  try {
    accessSync('/dev/shm', constants.W_OK)
    // Containers often have 64 MB there, which is too little to count on.
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 1e9 ? '/dev/shm' : null
  } catch {
    return null
  }
}
