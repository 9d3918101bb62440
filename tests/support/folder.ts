import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { inMemory } from './in-memory.ts'

/**
 * A folder of its own for the running test, gone when it has ended. In memory where the machine has such a place: what
 * a killed process leaves is the same there, and nobody waits for a disk.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(inMemory() ?? tmpdir(), 'tidemark-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
