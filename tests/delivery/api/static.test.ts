import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '#tests/support/folder.ts'
import { OWNER, stand } from './stand.ts'

const SCRIPT = 'export const answer = 42\n'.repeat(100)
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

/** A server with a page as a build leaves it, and beside it what nobody is to get. */
async function withPage() {
  const folder = temporaryFolder()
  const web = join(folder, 'web')
  mkdirSync(join(web, 'static'), { recursive: true })
  const files = {
    'web/index.html': '<!doctype html><title>Tidemark</title>',
    'web/made-of': 'sources',
    'web/static/main-abc.js': SCRIPT,
    'web/static/main-abc.js.br': 'as brotli',
    'web/static/main-abc.js.map': '{"sources":["secret"]}',
    'web/static/.env': 'secret',
    'secret.txt': 'secret',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { app } = await stand(OWNER, { pages: web })
  return app
}

/** Asks over the wire: `inject` tidies a path up before it is sent. */
async function raw(app: FastifyInstance) {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return async (path: string) => {
    const asked = request({ host: '127.0.0.1', port, path, headers: { ...BROWSER, host: 'localhost' } }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    const pieces: string[] = []
    for await (const piece of response.setEncoding('utf8')) pieces.push(piece as string)
    const { statusCode: status, headers } = response
    return { status, location: headers.location, body: pieces.join('') }
  }
}

describe('the page', () => {
  test('opens at / and at every place that it knows by itself, asked about each time, under its policy', async () => {
    const app = await withPage()
    for (const url of ['/', '/pnl', '/assets/eip155%3A1%2Ferc20%3A0xabc?range=7d', '/wallets/']) {
      const answer = await app.inject({ url, headers: BROWSER })
      expect([answer.statusCode, answer.body], url).toEqual([200, expect.stringContaining('<title>')])
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers['content-security-policy']).toContain("script-src 'self'")
      expect(answer.headers['content-security-policy']).not.toContain('unsafe')
    }
    const head = await app.inject({ method: 'HEAD', url: '/', headers: BROWSER })
    expect([head.statusCode, head.body]).toEqual([200, ''])
    const again = await app.inject({
      url: '/',
      headers: { 'if-none-match': String((await app.inject('/')).headers['etag']) },
    })
    expect(again.statusCode).toBe(304)
  })

  test('has files that are kept for good, and sent as the build compressed them', async () => {
    const app = await withPage()
    const plain = await app.inject('/static/main-abc.js')
    expect([plain.statusCode, plain.body]).toEqual([200, SCRIPT])
    expect(plain.headers['content-type']).toContain('javascript')
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const small = await app.inject({ url: '/static/main-abc.js', headers: { 'accept-encoding': 'br, gzip' } })
    expect([small.headers['content-encoding'], small.body]).toEqual(['br', 'as brotli'])
    expect(small.headers['content-type']).toContain('javascript')
    const head = await app.inject({ method: 'HEAD', url: '/static/main-abc.js' })
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, String(SCRIPT.length)])
  })

  test('A32, A40: no way out of its folder, no source map, no hidden file, nothing for another site', async () => {
    const ask = await raw(await withPage())
    for (const url of [
      ...['/%2e%2e/secret.txt', '/%2e%2e/', '/..%2fsecret.txt', '/static/../../secret.txt'],
      ...['/static/%2e%2e/%2e%2e/secret.txt', '/static/..%2f..%2fsecret.txt', '/static/%5c..%5csecret.txt'],
      ...['//evil', '//evil/%2e%2e', '/pnl//evil', '/pnl/%2f', '/%00', '/pnl%0d%0aset-cookie:x', '/%zz'],
      ...[
        '/static/main-abc.js.map',
        '/static/.env',
        '/static/none.js',
        '/static/',
        '/static',
        '/made-of.json',
      ],
      ...['/index.php', '/.env', '/web/index.html', '/static/main-abc.js%00.map'],
    ]) {
      const answer = await ask(url)
      expect([400, 404], `${url}: ${answer.body}`).toContain(answer.status)
      expect(answer.location, url).toBeUndefined()
      expect(answer.body, url).not.toContain('secret')
    }
  })

  test('paths of the API that are none stay problem documents, for browsers too', async () => {
    const app = await withPage()
    for (const url of [
      '/api/v1/nothing',
      '/api',
      '/API/v1',
      '/%61pi/v1/x',
      '/v2/nothing',
      '/metrics/x',
      '/docs/x.y',
    ]) {
      const answer = await app.inject({ url, headers: BROWSER })
      expect([answer.statusCode, answer.headers['content-type']], url).toEqual([
        404,
        expect.stringContaining('problem+json'),
      ])
    }
    const program = await app.inject({ url: '/portfolio', headers: { accept: 'application/json' } })
    expect(program.statusCode).toBe(404)
    const post = await app.inject({ method: 'POST', url: '/pnl', headers: BROWSER })
    expect(post.statusCode).toBe(404)
  })

  test('that was not built is said, with what to run', async () => {
    const { app } = await stand(OWNER, { pages: join(temporaryFolder(), 'none') })
    const answer = await app.inject({ url: '/', headers: BROWSER })
    expect([answer.statusCode, answer.body]).toEqual([503, expect.stringContaining('npm run build')])
    expect((await app.inject('/static/x.js')).statusCode).toBe(404)
  })
})
