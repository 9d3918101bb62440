import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { build, CANARY, scratch, tidemark } from './support.ts'

const PASSWORD = 'canary-password-Zk41-vq'
const SECRET = 'canary9Qw93xT7bLm2Rk5Vz8Hd1Nc4Jf6Gs0Pa'

beforeAll(build)
let place: ReturnType<typeof scratch>
beforeEach(() => (place = scratch()))
afterEach(() => place.remove())

/** Runs a server until `work` has done what it came for; `work` is told the address and the token of the first link. */
async function served(
  env: Record<string, string>,
  work: (origin: string, token: string) => Promise<void>,
): Promise<{ code: number | null; written: string }> {
  const doing: Promise<void>[] = []
  const watch = (child: ChildProcess, text: string) => {
    const [, origin = '', token = ''] = /(http:\/\/[\d.:]+)\/#setup=([\w-]{43})\n/.exec(text) ?? []
    if (origin === '' || doing.length > 0) return
    // Whatever comes of it, the server ends; what failed is told below.
    const done = work(origin, token).finally(() => child.kill('SIGTERM'))
    done.catch(() => undefined)
    doing.push(done)
  }
  const ended = await tidemark(['serve', '--port', '0', '--debug'], { cwd: place.dir, env, watch })
  expect(doing, ended.stderr).toHaveLength(1)
  await Promise.all(doing)
  const logs = join(place.dir, 'data/logs')
  const log = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
  return { code: ended.code, written: [ended.stdout, ended.stderr, ...log].join('\n') }
}

test('A33: a real server is set up, signed in to and attacked, and writes no password, secret or token', async () => {
  const answers: string[] = []
  const handed: string[] = []
  const { code, written } = await served(
    { AUTH_SECRET: SECRET, COINGECKO_API_KEY: CANARY },
    async (origin, token) => {
      const ask = async (path: string, init: RequestInit = {}) => {
        const headers = { 'content-type': 'application/json', ...init.headers }
        const reply = await fetch(`${origin}/api/v1${path}`, { ...init, headers })
        const text = await reply.text()
        answers.push(JSON.stringify([...reply.headers]), text)
        return { status: reply.status, text }
      }
      const post = (path: string, body: unknown) => ask(path, { method: 'POST', body: JSON.stringify(body) })
      expect((await ask('/portfolios')).status).toBe(401)
      const made = await post('/session/setup', { token, name: 'ada', password: PASSWORD })
      expect(made.status).toBe(201)
      const { accessToken, refreshToken } = JSON.parse(made.text) as Record<string, string>
      handed.push(token, String(accessToken), String(refreshToken))
      const authorization = `Bearer ${String(accessToken)}`
      expect((await ask('/me', { headers: { authorization } })).status).toBe(200)
      expect((await post('/session/setup', { token, name: 'eve', password: PASSWORD })).status).toBe(401)
      expect((await post('/session', { name: PASSWORD, password: SECRET })).status).toBe(401)
      expect((await post('/session', { name: 'ada', password: SECRET })).status).toBe(401)
      expect((await ask(`/me?token=${String(accessToken)}`)).status).toBe(400)
      expect((await ask('/session', { method: 'POST', body: `{"password":"${PASSWORD}"` })).status).toBe(400)
      expect((await ask('/portfolio?portfolio=none', { headers: { authorization } })).status).toBe(404)
    },
  )
  expect(code).toBe(143)
  const [setup = '', ...tokens] = handed
  for (const secret of [PASSWORD, SECRET, CANARY, ...tokens]) expect(written).not.toContain(secret)
  // The link is printed once, for the person who started the server, and stands in no log.
  expect(written.split(setup)).toHaveLength(2)
  for (const secret of [PASSWORD, SECRET, CANARY, setup]) expect(answers.join('\n')).not.toContain(secret)
})

test('A3: a server with a secret that is short or from an example ends with exit code 5, and quotes nothing of it', async () => {
  for (const secret of ['canary-short', 'your-256-bit-secret-your-256-bit-secret']) {
    const ended = await tidemark(['serve', '--port', '0'], { cwd: place.dir, env: { AUTH_SECRET: secret } })
    expect(ended.code).toBe(5)
    expect(ended.stderr).toContain('AUTH_SECRET')
    expect(ended.stdout + ended.stderr).not.toContain(secret)
  }
})

test('an address that others reach opens only with an account and TLS or a proxy: exit code 5 else', async () => {
  const ended = await tidemark(['serve', '--host', '0.0.0.0', '--port', '0'], { cwd: place.dir })
  expect(ended.code).toBe(5)
  for (const words of ['tidemark users add', '--tls-cert', '--behind-proxy'])
    expect(ended.stderr).toContain(words)
})
