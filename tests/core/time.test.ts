import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { DAY_MS, formatTime } from '#core/hour.ts'
import { readTime } from '#core/time.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(4) })

const noon = Date.UTC(2026, 10, 1, 12, 30)

test.each([
  ['2026-11-01T12:30:00Z', noon],
  ['2026-11-01t12:30:00z', noon],
  ['2026-11-01T12:30Z', noon],
  ['2026-11-01 12:30', noon],
  ['2026-11-01 12:30:00 UTC', noon],
  ['2026-11-01T12:30:00.999999Z', noon],
  ['2026-11-01T13:30:00+01:00', noon],
  ['2026-11-01T13:30+0100', noon],
  ['2026-11-01T07:00-0530', noon],
  ['2026-11-01T18:15+05:45', noon],
  ['2026-11-02T02:30+14', noon],
  ['2026-11-01', Date.UTC(2026, 10, 1)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['1793536200', 1793536200_000],
  ['1793536200999', 1793536200_000],
])('%s is a time', (text, ms) => {
  expect(readTime(text)).toEqual({ value: ms, fault: null })
})

test.each([
  '',
  'yesterday',
  '01/02/2026',
  '1.2.2026',
  '2026-2-1',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-11-01T24:00Z',
  '2026-11-01T12:60Z',
  '2026-11-01T12:30:60Z',
  '2026-11-01T12:30:00+15:00',
  '2026-11-01T12:30:00+01:60',
  '2026-11-01T12Z',
  '2026-11-01Z',
  '20261101',
  '179353620',
  '2026-11-01T12:30:00Z ',
  `2026-11-01T12:30:00.${'9'.repeat(50)}Z`,
])('"%s" is none, and the fault says how one is written', (text) => {
  const { value, fault } = readTime(text)
  expect(value).toBeNull()
  expect(fault).toContain('2026-11-01T12:30:00Z')
})

test('where now is given, times before 2009 and after tomorrow are refused', () => {
  expect(readTime('2008-12-31T23:59:59Z', noon).fault).toContain('before 2009')
  expect(readTime('2009-01-01', noon).value).toBe(Date.UTC(2009, 0, 1))
  expect(readTime(formatTime(noon + DAY_MS), noon).value).toBe(noon + DAY_MS)
  expect(readTime(formatTime(noon + DAY_MS + 1000), noon).fault).toContain('in the future')
  expect(readTime('2008-12-31').value).toBe(Date.UTC(2008, 11, 31))
})

const seconds = fc.integer({ min: 0, max: 4_102_444_800 }).map((s) => s * 1000)

test('a printed time reads as itself, in every offset', () => {
  fc.assert(
    fc.property(seconds, fc.integer({ min: -12 * 60, max: 14 * 60 }), (ms, offset) => {
      expect(readTime(formatTime(ms)).value).toBe(ms)
      const sign = offset < 0 ? '-' : '+'
      const minutes = Math.abs(offset)
      const zone = `${sign}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
      const local = new Date(ms + offset * 60_000).toISOString().slice(0, 19)
      expect(readTime(`${local}${zone}`).value).toBe(ms)
    }),
  )
})

describe('F22: the zone of the machine changes nothing', () => {
  const zone = process.env['TZ']
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  test.each([
    ['Europe/Berlin', -60],
    ['Australia/Lord_Howe', -660],
    ['Asia/Kathmandu', -345],
  ])('%s', (name, january) => {
    process.env['TZ'] = name
    // The zone has taken effect, or the rest would prove nothing.
    expect(new Date(2026, 0, 15).getTimezoneOffset()).toBe(january)
    for (const text of ['2026-03-29 02:30', '2026-10-25 02:30', '2026-04-05 01:45', '2026-02-28 23:59']) {
      expect(formatTime(readTime(text).value ?? NaN)).toBe(`${text.replace(' ', 'T')}:00Z`)
    }
    expect(readTime('2026-10-25').value).toBe(Date.UTC(2026, 9, 25))
  })
})
