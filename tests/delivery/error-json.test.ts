import { expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { errorDocument } from '#delivery/error-json.ts'

test('an error says what happened and what to do', () => {
  const error = new TidemarkError('CONFIG_INVALID', { message: 'One setting is wrong.', fix: 'Mend it.' })
  expect(errorDocument(error)).toEqual({
    schemaVersion: 1,
    error: { code: 'CONFIG_INVALID', message: 'One setting is wrong.', fix: 'Mend it.' },
  })
})

test('faults and attempts stand in it where there are any', () => {
  const error = new TidemarkError('PROVIDER_UNAVAILABLE', {
    message: 'm',
    fix: 'f',
    faults: ['a:1'],
    tried: ['coingecko: 503'],
  })
  expect(errorDocument(error).error).toMatchObject({ faults: ['a:1'], tried: ['coingecko: 503'] })
})

test('A33: of any other error only its kind is told, since its message may hold a key', () => {
  const secret = 'canary-key'
  for (const thrown of [new TypeError(`https://host/?key=${secret}`), secret, { key: secret }, undefined]) {
    const text = JSON.stringify(errorDocument(thrown))
    expect(text).not.toContain(secret)
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, error: { code: 'INTERNAL' } })
  }
  expect(errorDocument(new TypeError('x')).error.message).toContain('TypeError')
})
