import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { onTestFinished, type TestContext } from 'vitest'

/** A file system of its own, gone with the running test; null where this user may not mount (said on stdout). */
export function mounted(folder: string, args: readonly string[]): string | null {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', [...args, folder], { stdio: 'pipe' })
  } catch (error) {
    console.log(`cannot mount (${args.join(' ')}): ${String((error as Error).message).split('\n')[0]}`)
    return null
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }))
  return folder
}

/** Skips a test for a reason that stands in its report. */
export function skipBecause(context: TestContext, reason: string): never {
  console.log(`skipped: ${reason}`)
  return context.skip(reason)
}
