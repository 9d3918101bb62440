import { z } from 'zod'
import { describe, expect, test } from 'vitest'
import type { RouteName } from '#delivery/api/contract.ts'
import { problemsOf } from '#delivery/api/docs-answers.ts'
import { authStand, PASSWORD, signIn, type Reply } from '../auth/stand.ts'
import { askRoute, ELSEWHERE, NAMES, REQUESTS, routeOf, type Request } from './requests.ts'
import { world, type Who } from './world.ts'

const ANSWERED = NAMES.filter((name) => !ELSEWHERE.includes(name))
/** Doors: what they take has to be fetched first. */
const DOORS: readonly RouteName[] = ['refresh', 'setUp', 'openShare', 'enter']
const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string().min(3),
  status: z.number().int(),
  code: z.string().regex(/^[A-Z_]+$/),
  detail: z.string().min(5),
  fix: z.string().min(5),
  instance: z.uuid(),
  faults: z.array(z.string()).optional(),
})

/** Another status, with a problem document that says the same, which the OpenAPI document lists. */
function expectProblem(name: RouteName, reply: Reply, statuses: readonly number[]): void {
  const label = `${name}: ${reply.statusCode} ${reply.body.slice(0, 300)}`
  expect(statuses, label).toContain(reply.statusCode)
  expect(reply.headers['content-type'], label).toBe('application/problem+json; charset=utf-8')
  expect(reply.headers['cache-control'], label).toBe('no-store')
  const { status, instance } = problem.parse(reply.json())
  expect([status, instance], label).toEqual([reply.statusCode, reply.headers['x-request-id']])
  expect(problemsOf(name, routeOf(name)), label).toContain(reply.statusCode)
}

function expectAnswer(name: RouteName, reply: Reply): void {
  const { answer, status = 200 } = routeOf(name)
  expect(reply.statusCode, `${name}: ${reply.body.slice(0, 500)}`).toBe(status)
  if (answer === 'nothing') return expect(reply.body, name).toBe('')
  if (answer === 'file')
    return expect(reply.headers['content-disposition'], name).toMatch(/^attachment; filename="[\w.-]+"$/)
  expect(reply.headers['content-type'], name).toBe('application/json; charset=utf-8')
  const strict = answer instanceof z.ZodObject ? answer.strict() : answer
  const read = (name === 'lots' || name === 'gains' ? answer : strict).safeParse(reply.json())
  expect(read.error?.message, name).toBeUndefined()
}

describe('every route of the contract', () => {
  test('has a good request, and is asked by these tests', () => {
    expect(Object.keys(REQUESTS).sort()).toEqual([...NAMES].sort())
  })

  test('2xx: answers a good request as its schema says, to the last field', async () => {
    const reading = await world()
    for (const name of ANSWERED.filter((each) => !DOORS.includes(each))) {
      const at = routeOf(name).method === 'GET' ? reading : await world()
      expectAnswer(name, await askRoute(at, name))
    }
  })

  test('2xx: the doors open to what opens them', async () => {
    const at = await world()
    const { refreshToken } = await signIn(at, 'bob')
    expectAnswer('refresh', await askRoute(at, 'refresh', 'nobody', { body: { refreshToken } }))
    const made = await at.ask('POST /shares', { as: at.as.ada ?? '', body: { portfolio: 'ada' } })
    const token = String(made.json()['link']).slice('/#share='.length)
    expectAnswer('openShare', await askRoute(at, 'openShare', 'nobody', { body: { token } }))
    for (const [name, demo] of [
      ['setUp', false],
      ['enter', true],
    ] as const) {
      const first = await authStand({ demo })
      const link = { token: first.opened.firstLink?.split('=')[1], cookie: false }
      const body = demo ? link : { ...link, name: 'ada', password: PASSWORD }
      expectAnswer(name, await first.ask(`POST ${routeOf(name).path}`, { body }))
      // Once.
      expectProblem(name, await first.ask(`POST ${routeOf(name).path}`, { body }), [401])
    }
  })

  test('304: what has a tag and did not change is not sent again, under either prefix; a HEAD has no body', async () => {
    const at = await world()
    const reads = ANSWERED.filter((name) => {
      const { method, access, answer } = routeOf(name)
      return method === 'GET' && access === 'read' && answer !== 'file'
    })
    expect(reads.length).toBeGreaterThan(11)
    for (const name of reads) {
      const first = await askRoute(at, name)
      const tag = String(first.headers['etag'])
      expect(tag, name).toMatch(/^W\/"[\w-]{22}"$/)
      expect(first.headers['cache-control'], name).toBe('private, no-cache')
      for (const known of [tag, `"x", ${tag}`, tag.slice(2), '*']) {
        const second = await askRoute(at, name, 'ada', REQUESTS[name], { 'if-none-match': known })
        expect([second.statusCode, second.body, second.headers['etag']], `${name} ${known}`).toEqual([
          304,
          '',
          tag,
        ])
      }
      const other = await askRoute(at, name, 'ada', REQUESTS[name], { 'if-none-match': 'W/"x"' })
      expect(other.statusCode, name).toBe(200)
    }
  })

  test('400: a field that nothing reads, and a field given twice', async () => {
    const at = await world()
    for (const name of ANSWERED) {
      const request: Request = REQUESTS[name] ?? {}
      const query = { ...request.query, nonsense: '1' }
      expectProblem(name, await askRoute(at, name, 'ada', { ...request, query }), [400])
    }
  })

  test('401: nobody, a token that is none, one that is cut, one of another kind', async () => {
    const at = await world()
    for (const name of NAMES.filter((each) => routeOf(each).access !== 'public')) {
      expectProblem(name, await askRoute(at, name, 'nobody'), [401])
      for (const authorization of ['Bearer x', `Bearer ${(at.as.ada ?? '').slice(0, -2)}`, 'Bearer tdm_x']) {
        const reply = await askRoute(at, name, 'nobody', REQUESTS[name], { authorization })
        expectProblem(name, reply, [401])
      }
    }
  })

  test('403: who may not; each role on each route gives what its access says', async () => {
    const at = await world()
    const refused: Readonly<Record<string, readonly Who[]>> = {
      read: [],
      write: ['eve', 'shared', 'hidden'],
      admin: ['bob', 'eve', 'shared', 'hidden'],
      self: [],
      public: [],
    }
    for (const name of NAMES)
      for (const who of refused[routeOf(name).access] ?? [])
        expectProblem(name, await askRoute(at, name, who), [403])
    const amounts = ANSWERED.filter((name) => routeOf(name).access === 'read')
    const shown = ['portfolio', 'dashboard', 'history', 'pnl']
    for (const name of amounts.filter((each) => !shown.includes(each)))
      expectProblem(name, await askRoute(at, name, 'hidden'), [403, 404])
  })

  test('404: what is another’s is not there, in the words for what never was', async () => {
    const at = await world()
    for (const name of ANSWERED) {
      const { access, query } = routeOf(name)
      if (!['read', 'write'].includes(access) || query === undefined || !('portfolio' in query.shape))
        continue
      const request: Request = REQUESTS[name] ?? {}
      const never = await askRoute(at, name, 'bob', {
        ...request,
        query: { ...request.query, portfolio: 'never' },
      })
      const hers = await askRoute(at, name, 'bob', request)
      expectProblem(name, hers, [404])
      const words = ({ code, detail, fix }: ReturnType<Reply['json']>) => [code, detail, fix]
      expect(words(hers.json()), name).toEqual(words(never.json()))
      expectProblem(
        name,
        await askRoute(at, name, 'shared', { ...request, query: { ...request.query, portfolio: 'other' } }),
        [403, 404],
      )
    }
  })

  test('404: another verb is not there, and a path below or above neither', async () => {
    const at = await world()
    const known = new Set(NAMES.map((name) => `${routeOf(name).method} ${routeOf(name).path}`))
    for (const name of NAMES) {
      const path = routeOf(name).path
      for (const verb of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])
        if (!known.has(`${verb} ${path}`)) {
          const reply = await at.ask(`${verb} ${path.replace(/:\w+/, 'x')}`, { as: at.as.ada ?? '' })
          // A parameter takes the place of a name: /portfolio/wallets/x is no route of its own.
          expect([404, 405], `${verb} ${path}: ${reply.statusCode}`).toContain(reply.statusCode)
        }
      expect(
        (await at.ask(`GET ${path.replace(/:\w+/, 'x')}/x/y`, { as: at.as.ada ?? '' })).statusCode,
        path,
      ).toBe(404)
    }
  })

  test('421: another name', async () => {
    const at = await world()
    for (const name of NAMES)
      expectProblem(name, await askRoute(at, name, 'ada', REQUESTS[name], { host: 'evil.example' }), [421])
  })

  test('409, 422, 429: in conflict, not valid in its content, too many tries', async () => {
    const at = await world()
    const wallet = { address: at.ids['address'] ?? '', chains: ['ethereum'] }
    const query = { portfolio: 'ada' }
    expectProblem('addWallet', await askRoute(at, 'addWallet', 'ada', { query, body: wallet }), [409])
    const file = { query, body: 'time,asset,quantity,kind\n2026-13-01,bitcoin,1,buy\n' }
    expectProblem('importFlows', await askRoute(at, 'importFlows', 'ada', file), [422])
    const guess: Request = { body: { name: 'bob', password: 'wrong' } }
    for (let round = 0; round < 4; round++)
      expectProblem('signIn', await askRoute(at, 'signIn', 'nobody', guess), [401])
    await askRoute(at, 'signIn', 'nobody', guess)
    const late = await askRoute(at, 'signIn', 'nobody', { body: { name: 'bob', password: PASSWORD } })
    expectProblem('signIn', late, [429])
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
  })
})
