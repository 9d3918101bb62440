import { readFileSync, statSync } from 'node:fs'
import { faulty, ok, type Reading } from '#core/reading.ts'

// A key has a few dozen characters; anything large is another file named by mistake.
const MAX_BYTES = 65_536

/** Reads the file that `X_FILE` names (a Docker or Kubernetes secret), without the line break at its end. */
export function readSecretFile(path: string): Reading<string> {
  try {
    const size = statSync(path).size
    if (size > MAX_BYTES) return faulty(`names a file of ${size} bytes: it has to hold the key alone`)
    return ok(readFileSync(path, 'utf8').replace(/\r?\n$/, ''))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const words: Record<string, string> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read by this user',
      EISDIR: 'is a folder',
    }
    return faulty(
      `names a file that ${words[code] ?? `cannot be read (${code})`}: mend the path or its rights`,
    )
  }
}
