import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const MOST_BYTES = 5_000_000
/** What a secret looks like: our tokens, keys in PEM, and keys of clouds and hosts of code. */
const SECRETS = [
  /\btd[mrs]_[0-9a-f]{24}_[\w-]{43}\b/,
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{200}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bxox[baprs]-[0-9A-Za-z-]{20}/,
]

test('A34: no file of the repository holds a secret, and none is a file of settings', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean)
  expect(files.length).toBeGreaterThan(500)
  expect(
    files.filter((file) => /(^|\/)(\.env(\.(?!example$).*)?|.*\.secret|.*\.pem|id_rsa.*)$/.test(file)),
  ).toEqual([])
  const found = files.filter((file) => {
    const path = resolve(ROOT, file)
    const there = statSync(path, { throwIfNoEntry: false })
    if (there === undefined || !there.isFile() || there.size > MOST_BYTES) return false
    const text = readFileSync(path, 'latin1')
    return SECRETS.some((secret) => secret.test(text))
  })
  expect(found).toEqual([])
})

test('A34: a secret would be found', () => {
  const token = `tdm_${'a'.repeat(24)}_${'b'.repeat(43)}`
  expect(SECRETS.some((secret) => secret.test(`const x = '${token}'`))).toBe(true)
})
