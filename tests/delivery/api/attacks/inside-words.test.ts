import { expect, test } from 'vitest'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import { problemOf, Refusal } from '#delivery/api/problem.ts'
import { Told } from '#delivery/api/told.ts'
import { askRoute, ELSEWHERE, NAMES, routeOf } from '../contract/requests.ts'
import type { StandOptions } from '../auth/stand.ts'
import { client } from '../live/stand.ts'
import { withLive, world, type Who } from '../contract/world.ts'

const INSIDE = ['/var/lib/canary', 'mongodb://10.7.7.7', 'ECANARY']
const OTHERS: readonly Who[] = ['bob', 'eve', 'shared', 'hidden']
/** Routes that a thread answers, beside files. */
const READ = NAMES.filter(
  (name) => !ELSEWHERE.includes(name) && routeOf(name).access === 'read' && routeOf(name).method === 'GET',
)

/** A server whose threads fail with this, whatever they are asked. */
const failing = (thrown: Error): StandOptions => ({
  serving: (server) => ({
    ...server,
    runner: { ...server.runner, run: () => Promise.reject(thrown), download: () => Promise.reject(thrown) },
  }),
})

const CASES: readonly [ErrorCode | 'Error', number][] = [
  ['STORE_UNAVAILABLE', 503],
  ['STORE_READ_ONLY', 503],
  ['STORE_FULL', 507],
  ['INTEGRITY', 500],
  ['CONFIG_INVALID', 500],
  ['PROVIDER_UNAVAILABLE', 502],
  ['Error', 500],
]

test.each(CASES)(
  '%s tells places to who looks after the server, and to the log; to nobody else',
  async (code, status) => {
    const message = `Canary: ${INSIDE.join(' ')}.`
    const error =
      code === 'Error'
        ? new Error(message)
        : new TidemarkError(code, { message, fix: message, faults: [message] })
    for (const thrown of [error, new Told(problemOf(error))]) {
      const at = await world(failing(thrown))
      for (const name of READ) {
        for (const who of OTHERS) {
          const reply = await askRoute(at, name, who)
          // A link, or a viewer, may be refused before.
          if (who !== 'bob') expect([status, 403, 404], `${name} ${who}`).toContain(reply.statusCode)
          else expect(reply.statusCode, `${name} ${who}`).toBe(status)
          for (const word of INSIDE) expect(reply.body, `${name} ${who}`).not.toContain(word)
          if (reply.statusCode !== status) continue
          const { code: said, detail, fix, instance } = reply.json()
          expect([said, instance], name).toEqual([
            code === 'Error' ? 'INTERNAL' : code,
            reply.headers['x-request-id'],
          ])
          expect(String(detail).length * String(fix).length, name).toBeGreaterThan(100)
        }
        const admin = await askRoute(at, name, 'ada')
        expect(admin.statusCode, name).toBe(status)
        if (code !== 'Error') expect(admin.json().detail, name).toBe(message)
      }
      if (code !== 'Error') expect(at.written.join('\n')).toContain(INSIDE[0])
    }
  },
)

test('nor does a WebSocket tell them', async () => {
  const message = `Canary: ${INSIDE.join(' ')}.`
  const broken = failing(new TidemarkError('STORE_UNAVAILABLE', { message, fix: 'x' }))
  const at = await world({
    serving: (server, parts) => withLive(broken.serving?.(server, parts) ?? server, parts),
  })
  await at.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = at.app.server.address() as { port: number }
  for (const who of ['ada', 'bob'] as const) {
    const socket = await client({ port }, at.as[who] ?? null)
    socket.say({ type: 'watch', portfolios: [who] })
    const refused = await socket.next('refused')
    expect([who, refused.code, refused.message === message]).toEqual([
      who,
      'STORE_UNAVAILABLE',
      who === 'ada',
    ])
    if (who === 'bob') for (const word of INSIDE) expect(refused.message).not.toContain(word)
  }
})

test('503: a queue that is full is said in our words to everybody, with when to come back', async () => {
  const busy = new Refusal(
    'BUSY',
    'More is being asked than this server can answer.',
    'Try again in a moment.',
    {
      retryAfter: 5,
    },
  )
  const at = await world(failing(busy))
  for (const name of READ)
    for (const who of ['ada', 'bob'] as const) {
      const reply = await askRoute(at, name, who)
      expect([reply.statusCode, reply.headers['retry-after']], name).toEqual([503, '5'])
      expect(reply.json().detail, name).toBe(busy.message)
    }
})
