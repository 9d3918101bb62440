import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { copyStore, type ContentStore } from '../../copy.ts'
import { removeDatabase } from '../../embedded/copy.ts'
import { seenFile } from '../../embedded/seen.ts'
import { openEmbedded } from '../../embedded/store.ts'

/**
 * Copies everything into one file of the embedded store, which is checked before it gets its name. Other commands may
 * read meanwhile; what they write may be in it or not, and then the hashes differ and the backup is refused.
 */
export async function backupServer(
  store: ContentStore,
  path: string,
): Promise<{ bytes: number; hash: string }> {
  const staged = `${resolve(path)}.copying`
  clear(staged) // left by a backup that was killed
  try {
    const file = await openEmbedded({ file: staged, create: true })
    try {
      await copyStore(store, file)
      return await file.backup(path)
    } finally {
      await file.close()
    }
  } finally {
    clear(staged)
  }
}

function clear(staged: string): void {
  removeDatabase(staged)
  rmSync(seenFile(staged), { force: true })
}
