import { z } from 'zod'
import { describe, expect, test } from 'vitest'
import type { RouteName } from '#delivery/api/contract.ts'
import { askRoute, ELSEWHERE, fieldsOf, NAMES, requestWith, routeOf } from '../contract/requests.ts'
import { world, type World } from '../contract/world.ts'

const LONG = 50_000
const ASKED = NAMES.filter((name) => !ELSEWHERE.includes(name) && !['signOut', 'changeMe'].includes(name))

const statusWith = async (at: World, name: RouteName, field: string, value: unknown): Promise<number> =>
  (await askRoute(at, name, 'ada', requestWith(name, { part: 'query', field }, value))).statusCode

const having = (...fields: string[]) =>
  ASKED.filter((name) => {
    const { query } = routeOf(name)
    return query !== undefined && fields.every((field) => field in query.shape)
  })

describe('A28: limits on range and page', () => {
  test('times beyond any market, numbers for times, and ends before beginnings are 400', async () => {
    const at = await world()
    const ranged = having('from', 'to')
    expect(ranged.length).toBeGreaterThan(6)
    for (const name of ranged) {
      for (const value of [
        '0',
        '9000000000000000',
        '1969-12-31',
        '2008-12-31',
        '9999-12-31',
        '-1',
        'NaN',
        '2026-02-30',
        '2026-11-01T99:00Z',
        '+275760-09-13',
      ])
        for (const field of ['from', 'to'])
          expect(await statusWith(at, name, field, value), `${name} ${field}=${value}`).toBe(400)
    }
    for (const name of having('at'))
      for (const value of ['0', '9999-12-31', '1969-12-31'])
        expect(await statusWith(at, name, 'at', value), `${name} at=${value}`).toBe(400)
    for (const value of ['0', '-1', '1.5', '1e9', '3661', 'Infinity'])
      expect(await statusWith(at, 'pnl', 'days', value), `days=${value}`).toBe(400)
  })

  test('pages of nothing, of too much, and beyond the end are refused or empty', async () => {
    const at = await world()
    const paged = having('limit', 'cursor')
    expect(paged.length).toBeGreaterThan(4)
    const beyond = Buffer.from('o999999999').toString('base64url')
    for (const name of paged) {
      for (const value of ['0', '-1', '1001', '1e9', '1.5', 'all', ''])
        expect(await statusWith(at, name, 'limit', value), `${name} limit=${value}`).toBe(400)
      for (const value of [
        'o1',
        'b3h4',
        Buffer.from('o-1').toString('base64url'),
        Buffer.from(`o${'9'.repeat(12)}`).toString('base64url'),
        '../..',
      ])
        expect(await statusWith(at, name, 'cursor', value), `${name} cursor=${value}`).toBe(400)
      const reply = await askRoute(
        at,
        name,
        'ada',
        requestWith(name, { part: 'query', field: 'cursor' }, beyond),
      )
      expect([reply.statusCode, reply.json()['rows'], reply.json()['next']], name).toEqual([200, [], null])
    }
  })

  test('ten thousand ids, or more than two hundred, are 400', async () => {
    const at = await world()
    const named = having('assets')
    expect(named.length).toBeGreaterThan(5)
    for (const name of named)
      for (const count of [201, 10_000]) {
        const ids = Array.from({ length: count }, (_, index) => `a${index}`).join(',')
        expect(await statusWith(at, name, 'assets', ids), `${name} ${count}`).toBe(400)
      }
    const chains = Array.from({ length: 10_000 }, () => 'ethereum')
    expect(
      (await askRoute(at, 'changeWallet', 'ada', { query: { portfolio: 'ada' }, body: { chains } }))
        .statusCode,
    ).toBe(400)
  })
})

describe('A27: long texts', () => {
  test('fifty thousand characters in any field of any route are a short fault', async () => {
    const at = await world()
    const traps = ['a', '0', '-', '.', '9.', '2026-', ' ', 'o', '%', '\\', 'a,', 'é', '0x', 'T', 'Z']
    for (const name of ASKED)
      for (const { part, field } of fieldsOf(name))
        for (const trap of traps) {
          const value = trap.repeat(LONG / trap.length)
          const reply = await askRoute(at, name, 'ada', requestWith(name, { part, field }, value))
          const label = `${name}.${part}.${field} ${JSON.stringify(trap)}: ${reply.statusCode} ${reply.body.slice(0, 200)}`
          expect([400, 401, 404, 422], label).toContain(reply.statusCode)
          expect(reply.body.length, label).toBeLessThan(6_000)
        }
  })

  test('an unknown field of fifty thousand letters is named short', async () => {
    const at = await world()
    for (const name of ASKED.filter((each) => routeOf(each).query !== undefined)) {
      const reply = await askRoute(
        at,
        name,
        'ada',
        requestWith(name, { part: 'query', field: 'x'.repeat(LONG) }, 'y'),
      )
      expect(reply.statusCode, name).toBe(400)
      expect(reply.body.length, name).toBeLessThan(2_000)
    }
  })

  test('every pattern of the contract takes time in proportion to the text, however it is made to fail', () => {
    const patterns = patternsOf()
    expect(patterns.length).toBeGreaterThan(2)
    for (const pattern of patterns)
      for (const piece of ['0', '1.', 'a', '-', '2026-01-01T00:00:00.', ' ', 'a@', '_'])
        expect(growth(new RegExp(pattern), piece), `${pattern} on ${piece}`).toBeLessThan(4 * 16)
  })
})

/** Patterns of all that the contract takes in, and of the words that go out. */
function patternsOf(): string[] {
  const found = new Set<string>()
  for (const name of NAMES) {
    const { params, query, body } = routeOf(name)
    for (const schema of [params, query, body])
      if (schema !== undefined)
        JSON.stringify(
          z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
          (key, value: unknown) => {
            if (key === 'pattern') found.add(String(value))
            return value
          },
        )
  }
  return [...found]
}

/** How much longer it takes on a text that is sixteen times as long: near 16 where it is in proportion, 256 in squares. */
function growth(pattern: RegExp, piece: string): number {
  const least = (length: number): number => {
    const text = `${piece.repeat(Math.ceil(length / piece.length))}\u0000`
    let best = Infinity
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      pattern.test(text)
      best = Math.min(best, performance.now() - start)
    }
    return best
  }
  // What is decided at the first letter takes no time that could be compared.
  return least(64_000) / Math.max(least(4_000), 0.01)
}
