import { contentHash } from '../../rows/content.ts'
import type { Db } from '../db.ts'
import { rowSource } from './content.ts'

/** The canonical hash of one moment of the store (see `contentHash`). */
export async function storeHash(db: Db): Promise<string> {
  const source = rowSource(db, false)
  try {
    return await contentHash(source)
  } finally {
    await source.close()
  }
}
