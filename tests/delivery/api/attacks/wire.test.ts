import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { world, type World } from '../contract/world.ts'

const JSON_TYPE = 'Content-Type: application/json'

/** Listens on a port of its own; answers what came back for some bytes, until the other side closed or was silent. */
async function listening(at: World): Promise<(bytes: string | Buffer, then?: Then) => Promise<string>> {
  await at.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = at.app.server.address() as { port: number }
  return (bytes, { more = [], everyMs = 0, quietMs = 1_500 } = {}) =>
    new Promise((done) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      let at = 0
      const timer = everyMs === 0 ? undefined : setInterval(() => drip(), everyMs)
      const drip = () => {
        const piece = more[at++]
        if (piece !== undefined && socket.writable) socket.write(piece)
      }
      socket.setTimeout(quietMs, () => socket.destroy())
      socket.setEncoding('latin1').on('data', (piece: string) => (text += piece))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        clearInterval(timer)
        done(text)
      })
      socket.write(bytes)
    })
}
type Then = { readonly more?: readonly string[]; readonly everyMs?: number; readonly quietMs?: number }

const statuses = (text: string): number[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
const request = (line: string, headers: readonly string[] = [], body = '') =>
  `${line} HTTP/1.1\r\nHost: localhost\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n${body}`

describe('A32: what is said between the lines of HTTP', () => {
  test('a request inside of another is never answered as one of its own', async () => {
    const send = await listening(await world())
    const inner = request('GET /api/v1/health/ready')
    const smuggled = [
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      ['Transfer-Encoding: xchunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
      ['Transfer-Encoding : chunked'],
      ['Transfer-Encoding:\u000bchunked'],
      ['Content-Length: 4', 'Content-Length: 5'],
      ['Content-Length: +4'],
      ['Content-Length: 4,4'],
      ['Content-Length: 0x4'],
      ['Content-Length: -1'],
    ]
    for (const headers of smuggled) {
      const text = await send(request('POST /api/v1/session', [JSON_TYPE, ...headers], `0\r\n\r\n${inner}`))
      expect(statuses(text), `${headers.join('; ')}: ${text}`).toEqual([400])
      expect(text, headers.join('; ')).toContain('application/problem+json')
    }
  })

  test('lines that are no HTTP, and headers that break in two, are 400 and the connection ends', async () => {
    const send = await listening(await world())
    const lines = [
      'GET /api/v1/me HTTP/1.1\nHost: localhost\n\n',
      'GET  /api/v1/me HTTP/9.9\r\nHost: localhost\r\n\r\n',
      'G\u0000T / HTTP/1.1\r\nHost: localhost\r\n\r\n',
      request('GET /api/v1/me', ['X: a\rb']),
      request('GET /api/v1/me', ['X: a\u0000b']),
      request('GET /api/v1/me', [' folded: x']),
      'GET /api/v1/me HTTP/1.1\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001',
    ]
    for (const line of lines) {
      const text = await send(line)
      expect(statuses(text)[0] ?? 400, `${JSON.stringify(line)}: ${text}`).toBe(400)
      expect(text).not.toContain('schemaVersion')
    }
    const large = await send(request('GET /api/v1/me', [`X: ${'x'.repeat(100_000)}`]))
    expect(statuses(large)).toEqual([413])
    expect(statuses(await send(request(`GET /api/v1/${'x'.repeat(100_000)}`)))).toEqual([413])
  })

  test('verbs that nothing here has are 404 or 405, and echo nothing', async () => {
    const send = await listening(await world())
    for (const verb of ['TRACE', 'OPTIONS', 'PUT', 'CONNECT', 'PROPFIND', 'DELETE']) {
      const text = await send(request(`${verb} /api/v1/portfolio`, ['X-Canary: Kx83', 'Connection: close']))
      expect([404, 405, undefined], `${verb}: ${text}`).toContain(statuses(text)[0])
      expect(text).not.toContain('Kx83')
      expect(text.toLowerCase()).not.toContain('access-control-allow')
    }
  })

  test('paths that climb, and addresses of others, lead nowhere', async () => {
    const send = await listening(await world())
    const paths = [
      '/%2e%2e/',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..%2f..%2fetc/passwd',
      '/docs/static/..%2f..%2f..%2fpackage.json',
      '/docs/../../package.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '//evil.example',
      '//evil.example/..',
      '/\\evil.example',
      '/%5cevil.example',
      '/%0d%0aX:%20y',
      '/%',
      '/%zz',
      '/api/v1/%ff',
      '/api//v1/me',
      '/api/v1/./me',
      '/API/V1/ME',
      '/api/v1/me;x=1',
      '/?next=//evil.example',
      '/api/v1/health/live?next=//evil.example',
      '/docs?next=//evil.example',
      '/docs//evil.example/%2f..',
    ]
    for (const path of paths) {
      const text = await send(request(`GET ${path}`, ['Connection: close']))
      const [status = 0] = statuses(text)
      // The page itself is there, or was not built.
      const page = path.startsWith('/?') ? [200, 503] : []
      expect([400, 401, 403, 404, ...page], `${path}: ${text.slice(0, 300)}`).toContain(status)
      expect(text, path).not.toMatch(/^location: *(\/\/|http|\\)/im)
      expect(text, path).not.toMatch(/root:x:|"devDependencies"/)
      expect(text, path).not.toMatch(/^X: y/m)
    }
  })

  test('a name in the line counts for nothing, the one in its header does', async () => {
    const send = await listening(await world())
    const ask = (line: string, host: string) =>
      send(`GET ${line} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      'localhost@evil.example',
      'evil.example:80',
      '127.0.0.1.nip.io',
      '',
      '0.0.0.0',
      'localhost\t.evil',
    ])
      expect(statuses(await ask('/api/v1/health/live', `Host: ${host}\r\n`))[0], host).toBe(421)
    expect([400, 421]).toContain(
      statuses(await ask('/api/v1/health/live', 'Host: localhost\r\nHost: evil.example\r\n'))[0],
    )
    expect(statuses(await ask('http://localhost/api/v1/health/live', 'Host: evil.example\r\n'))[0]).toBe(421)
  })

  test('A29: who takes too long to say what they want is cut off, in the headers and in the body', async () => {
    const at = await world()
    const send = await listening(at)
    // As the server is, but with less patience; it looks every five seconds.
    expect([at.app.server.requestTimeout, at.app.server.headersTimeout]).toEqual([30_000, 60_000])
    at.app.server.requestTimeout = 500
    at.app.server.headersTimeout = 500
    const letters = Array.from({ length: 200 }, () => 'x')
    const slow = { more: letters, everyMs: 100, quietMs: 15_000 }
    const [headers, body, chunks] = await Promise.all([
      send('GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nX: ', slow),
      send(request('POST /api/v1/session', [JSON_TYPE, 'Content-Length: 1000'], '{"name":"'), slow),
      send(request('POST /api/v1/session', [JSON_TYPE, 'Transfer-Encoding: chunked'], '5\r\n{"nam\r\n'), {
        ...slow,
        more: letters.map(() => '1\r\nx\r\n'),
      }),
    ])
    for (const text of [headers, body, chunks]) {
      expect(statuses(text), text).toEqual([408])
      expect(text).toContain('"code":"TIMEOUT"')
    }
  })
})
