import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { problemsOf } from '#delivery/api/docs-answers.ts'
import { askRoute, ELSEWHERE, NAMES, REQUESTS, routeOf, type Request } from '../contract/requests.ts'
import { world, type World } from '../contract/world.ts'

const MB = 1_000_000
const JSON_TYPE = 'application/json'
const URL = '/api/v1/me'

/** Routes that read a body, and take JSON; and those that take a file. */
const WITH_BODY = NAMES.filter((name) => routeOf(name).body !== undefined && !ELSEWHERE.includes(name))
const JSON_ROUTES = WITH_BODY.filter((name) => routeOf(name).upload === undefined)
const FILE_ROUTES = WITH_BODY.filter((name) => routeOf(name).upload !== undefined)

/** Sends bytes as they are to `PATCH /me`, as ada. */
const send = (at: World, payload: string | Buffer, headers: Record<string, string> = {}) =>
  at.app.inject({
    method: 'PATCH',
    url: URL,
    headers: { authorization: `Bearer ${at.as.ada ?? ''}`, 'content-type': JSON_TYPE, ...headers },
    payload,
  })

describe('A29: bodies', () => {
  test('of more than a megabyte are 413 on every route, files of more than 64 MB too', async () => {
    const at = await world()
    const large = { password: 'x'.repeat(MB), newPassword: 'y' }
    for (const name of JSON_ROUTES) {
      const request: Request = { ...REQUESTS[name], body: large }
      expect((await askRoute(at, name, 'ada', request)).statusCode, name).toBe(413)
      expect(problemsOf(name, routeOf(name)), name).toEqual(expect.arrayContaining([408, 413, 415]))
    }
    for (const name of FILE_ROUTES) {
      const request: Request = { ...REQUESTS[name], body: Buffer.alloc(64 * MB + 1, 'x') }
      expect((await askRoute(at, name, 'ada', request)).statusCode, name).toBe(413)
    }
  })

  test('that say they are larger than they may be are refused before they are sent', async () => {
    const at = await world()
    const refused = await send(at, '{}', { 'content-length': String(50 * MB) })
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([413, 'TOO_LARGE'])
  })

  test('of another type are 415, whatever the route', async () => {
    const at = await world()
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'x',
    ]
    for (const name of WITH_BODY)
      for (const type of types) {
        const request: Request = { ...REQUESTS[name], body: 'name=ada' }
        const reply = await askRoute(at, name, 'ada', request, { 'content-type': type })
        expect(reply.statusCode, `${name} ${type}`).toBe(415)
      }
  })

  test('that are no JSON, no UTF-8, or say a thing twice are 400 and change nothing', async () => {
    const at = await world()
    const deep = 10_000
    const bodies: Record<string, string | Buffer> = {
      empty: '',
      cut: '{"password":"x","newPassw',
      list: '[]',
      text: '"x"',
      null: 'null',
      deep: `${'['.repeat(deep)}${']'.repeat(deep)}`,
      deepField: `{"password":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)},"newPassword":"y"}`,
      endless: '['.repeat(500_000),
      twice:
        '{"password":"canary-password-Zk41-vq","newPassword":"first of all","newPassword":"last of all"}',
      badUtf8: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      overlong: Buffer.concat([Buffer.from('{"password":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
      utf16: Buffer.from('{"password":"x","newPassword":"y"}', 'utf16le'),
      proto: '{"password":"x","newPassword":"y","__proto__":{"role":"admin"}}',
      hiddenProto: '{"password":"x","newPassword":"y","\\u005f_proto__":{"role":"admin"}}',
      constructor: '{"password":"x","newPassword":"y","constructor":{"prototype":{"role":"admin"}}}',
    }
    const users = JSON.stringify(await at.accounts.list())
    for (const [what, body] of Object.entries(bodies)) {
      const reply = await send(at, body)
      expect([reply.statusCode, reply.json<{ code: string }>().code], what).toEqual([400, 'INVALID'])
      expect(reply.headers['content-type'], what).toContain('application/problem+json')
    }
    expect(JSON.stringify(await at.accounts.list())).toBe(users)
    expect(({} as { role?: unknown }).role).toBeUndefined()
  })

  test('that grow when they are unpacked are measured unpacked', async () => {
    const at = await world()
    const bomb = Buffer.from(`{"password":"${'x'.repeat(100 * MB)}"}`)
    const packed: Record<string, Buffer> = { gzip: gzipSync(bomb), br: brotliCompressSync(bomb) }
    for (const [encoding, payload] of Object.entries(packed)) {
      expect(payload.length).toBeLessThan(MB)
      expect((await send(at, payload, { 'content-encoding': encoding })).statusCode, encoding).toBe(413)
    }
    expect((await send(at, 'no gzip at all', { 'content-encoding': 'gzip' })).statusCode).toBe(400)
    for (const encoding of ['compress', 'gzip, gzip', 'x'])
      expect((await send(at, '{}', { 'content-encoding': encoding })).statusCode, encoding).toBe(415)
  })

  test('files that were made to hurt are faults, not crashes', async () => {
    const at = await world()
    const header = 'time,asset,quantity,kind,unit_price,wallet\n'
    const files: Record<string, string> = {
      quote: `${header}"${'x'.repeat(5 * MB)}`,
      line: 'x'.repeat(5 * MB),
      columns: `${','.repeat(1_000_000)}\n`,
      lines: '\n'.repeat(5 * MB),
      nul: '\0'.repeat(MB),
      digits: `${header}2026-01-02,bitcoin,${'9'.repeat(MB)},buy,1,kraken\n`,
      exponent: `${header}2026-01-02,bitcoin,1e999999999,buy,1,kraken\n`,
      json: `{"activities":[{"a":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}]}`,
      jsonList: `{"activities":[{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}]}`,
      jsonMiddling: `{"activities":[{"a":${'['.repeat(3_000)}${']'.repeat(3_000)}}]}`,
      jsonProto:
        '{"activities":[{"__proto__":{"x":1},"constructor":"y","SymbolProfile":{"symbol":"BTC"}},{"date":"x"}]}',
    }
    for (const [what, body] of Object.entries(files)) {
      const request: Request = { query: { portfolio: 'ada' }, body }
      for (const name of ['previewImport', 'importFlows'] as const) {
        const reply = await askRoute(at, name, 'ada', request)
        expect([200, 400, 422], `${name} ${what}: ${reply.statusCode} ${reply.body.slice(0, 300)}`).toContain(
          reply.statusCode,
        )
        expect(reply.body.length, what).toBeLessThan(MB)
      }
    }
    expect((await at.store.flows({ owner: 'local', books: ['portfolio:ada'] })).length).toBe(2)
  })
})
