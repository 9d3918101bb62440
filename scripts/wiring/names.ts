import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeriesReader } from '#pipeline/ports.ts'

/** Keeps the ids of all stored assets in a plain file, which the completion scripts read without starting anything. */
export async function writeAssetNames(store: SeriesReader, dataDir: string): Promise<void> {
  const assets = new Set((await store.series()).map(({ asset }) => asset))
  try {
    writeFileSync(join(dataDir, 'assets.txt'), [...assets].map((asset) => `${asset}\n`).join(''), {
      mode: 0o600,
    })
  } catch {
    // A convenience: a run does not fail for it.
  }
}
