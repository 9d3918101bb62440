import { describe, expect, test } from 'vitest'
import { retryAfterMs } from '#ingestion/http/retry-after.ts'

const now = Date.UTC(2026, 0, 1, 12, 0, 0)
const date = (ms: number) => new Date(ms).toUTCString()

describe('F8: Retry-After', () => {
  test('seconds, whole or not', () => {
    expect(retryAfterMs('119', undefined, now)).toBe(119_000)
    expect(retryAfterMs(' 1.5 ', undefined, now)).toBe(1_500)
    expect(retryAfterMs('0', undefined, now)).toBe(0)
    expect(retryAfterMs('86400', undefined, now)).toBe(86_400_000)
  })

  test('a date is measured against the provider’s clock where it tells it', () => {
    expect(retryAfterMs(date(now + 30_000), undefined, now)).toBe(30_000)
    expect(retryAfterMs(date(now + 3_630_000), date(now + 3_600_000), now)).toBe(30_000)
    expect(retryAfterMs(date(now - 30_000), undefined, now)).toBe(0)
  })

  test('nothing, or nothing that means anything', () => {
    for (const header of [undefined, '', 'soon', '-5', 'NaN']) {
      expect(retryAfterMs(header, undefined, now)).toBeNull()
    }
  })
})
