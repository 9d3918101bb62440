import { describe } from 'vitest'
import { checkerFolder, WHY_ABSENT } from './checker.ts'

/**
 * As vitest's `describe`, for suites that need the checker: skipped, with the reason in the name, where it is absent.
 * @throws Error in CI when it is
 */
export function describeChecked(name: string, body: () => void): void {
  if (checkerFolder() !== null) return void describe(name, body)
  if (process.env['CI'] !== undefined) throw new Error(WHY_ABSENT)
  console.warn(`skipped: ${name}: ${WHY_ABSENT}`)
  describe.skip(`${name} (skipped: ${WHY_ABSENT})`, body)
}
