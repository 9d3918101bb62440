import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '#tests/support/folder.ts'
import { BINARY, build } from './support.ts'

const PORTFOLIO = 'name: main\nbaseCurrency: usd\nholdings:\n  - { asset: bitcoin, quantity: "0.5" }\n'
const PASSWORD = 'seven words that nobody has ever said'

beforeAll(build, 60_000)

/** The built program, serving on a port of its own. */
async function serving(...options: string[]) {
  const cwd = temporaryFolder()
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0', ...options], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const end = once(child, 'exit').then(([code]) => code as number | null)
  await Promise.race([expect.poll(() => said, { timeout: 30_000 }).toMatch(/^Log /m), end])
  const address = /^Open +(\S+?)(?:\/#setup=(\S+))?$/m.exec(said)
  return { cwd, child, end, said: () => said, url: address?.[1] ?? '', token: address?.[2] ?? null }
}

type Session = { readonly accessToken: string }

async function signedIn({ url, token }: { url: string; token: string | null }) {
  const answer = await fetch(`${url}/api/v1/session/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, name: 'ada', password: PASSWORD, cookie: false }),
  })
  expect(answer.status, await answer.clone().text()).toBe(201)
  const { accessToken } = (await answer.json()) as Session
  return { authorization: `Bearer ${accessToken}` }
}

describe('serve', () => {
  test('the first start prints a link that makes the first account; threads answer; SIGTERM ends it whole', async () => {
    const server = await serving()
    const { url, cwd, child, end } = server
    expect((await fetch(`${url}/api/v1/portfolio`)).status).toBe(401)
    const headers = await signedIn(server)
    const none = await fetch(`${url}/api/v1/portfolio`, { headers })
    expect([none.status, await none.json()]).toMatchObject([404, { code: 'NOT_FOUND' }])
    writeFileSync(join(cwd, 'portfolio.yaml'), PORTFOLIO)
    const stored = spawn(process.execPath, [BINARY, 'pnl'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data') },
      stdio: 'ignore',
    })
    await once(stored, 'exit')
    const found = await fetch(`${url}/api/v1/portfolio/dashboard`, { headers })
    expect([found.status, await found.json()]).toMatchObject([
      200,
      { portfolio: 'main', total: { value: null, quality: 'missing' }, holdings: [{ asset: 'bitcoin' }] },
    ])
    child.kill('SIGTERM')
    expect(await end).toBe(143)
  })

  test('a port that is taken, half a certificate and an open door without a lock are refused, each with its place', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const taken = await serving('--port', String(port))
    expect([await taken.end, taken.said()]).toEqual([2, expect.stringContaining('another program listens')])
    const half = await serving('--tls-cert', 'cert.pem')
    expect([await half.end, half.said()]).toEqual([2, expect.stringContaining('go together')])
    const open = await serving('--host', '0.0.0.0')
    expect([await open.end, open.said()]).toEqual([5, expect.stringContaining('--behind-proxy')])
  })
})
