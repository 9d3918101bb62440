import { expect } from 'vitest'
import { verifyStore } from '#storage/verify.ts'
import { openStore } from '#storage/open.ts'
import { newFile, openFile } from './embedded.ts'
import { seriesOfSteps } from './series.ts'

/** Hashes of an undisturbed run: of the empty store, then after each step. */
export async function referenceHashes(seed: number): Promise<string[]> {
  const store = await openFile(newFile())
  const hashes = [await store.canonicalHash()]
  for (const step of seriesOfSteps(seed)) {
    await step(store)
    hashes.push(await store.canonicalHash())
  }
  return hashes
}

/**
 * What must hold of a store whose process was killed: nothing is damaged, what was reported as stored is there, of the
 * step that was under way all or nothing is, and doing the whole series again ends where an undisturbed run does.
 * @param done how many steps were reported; null when it was killed more than once and only the end is known
 */
export async function expectWhole(
  file: string,
  seed: number,
  done: number | null,
  hashes: readonly string[],
) {
  const at = `seed ${seed}, killed after ${done} steps`
  const store = await openStore({ kind: 'embedded', file, create: true })
  try {
    expect((await verifyStore(file)).damage, at).toEqual([])
    if (done !== null) expect(hashes.slice(done, done + 2), at).toContain(await store.canonicalHash())
    for (const step of seriesOfSteps(seed)) await step(store)
    expect(await store.canonicalHash(), at).toBe(hashes.at(-1))
    expect((await store.verify()).damage, at).toEqual([])
  } finally {
    await store.close()
  }
}
