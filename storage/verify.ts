import type { StoreCare } from '#pipeline/ports.ts'

/**
 * Checks every page, row, checksum and revision of an embedded store's file, without opening it as a store first.
 * Never throws: what cannot be read is damage too.
 */
export async function verifyStore(file: string): ReturnType<StoreCare['verify']> {
  const { verifyFile } = await import('./embedded/care/verify.ts')
  return verifyFile(file)
}
