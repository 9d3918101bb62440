import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERROR_CODES, EXIT } from '#core/errors.ts'

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')

test('docs/errors.md explains every error code, with its exit code, and no other', () => {
  const explained = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exit]) => [
    code,
    Number(exit),
  ])
  expect(Object.fromEntries(explained)).toEqual(ERROR_CODES)
})

test('docs/errors.md explains every exit code, and no other', () => {
  const explained = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, exit]) => Number(exit))
  expect(explained.toSorted((a, b) => a - b)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b))
})
