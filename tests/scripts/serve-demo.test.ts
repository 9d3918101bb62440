import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '#tests/support/folder.ts'
import { BINARY, build } from './support.ts'

beforeAll(build, 60_000)

async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, document: (await response.json()) as Record<string, string> }
}

test('an empty store opens the demo beside it: a link that is good once, labelled, gone with the server', async () => {
  const cwd = temporaryFolder()
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  await expect.poll(() => said, { timeout: 30_000 }).toMatch(/^Log /m)
  const [, url = '', token = ''] = /^Open +(\S+?)\/#setup=(\S+)$/m.exec(said) ?? []
  const account = { token, name: 'ada', password: 'seven words that nobody has ever said' }
  const { document: session } = await post(`${url}/api/v1/session/setup`, account)
  const headers = { authorization: `Bearer ${session['accessToken'] ?? ''}` }
  expect((await post(`${url}/api/v1/demo`, {})).status).toBe(401)

  const opened = await post(`${url}/api/v1/demo`, {}, headers)
  expect(opened).toMatchObject({
    status: 201,
    document: { link: expect.stringContaining('#enter=') as string },
  })
  const link = new URL(opened.document['link'] ?? '')
  const enter = () =>
    post(`${link.origin}/api/v1/session/enter`, { token: link.hash.slice('#enter='.length) })
  const first = await enter()
  expect([first.status, (await enter()).status]).toEqual([201, 401])
  const there = { authorization: `Bearer ${first.document['accessToken'] ?? ''}` }
  const shown = await fetch(`${link.origin}/api/v1/portfolio/dashboard?range=30d`, { headers: there })
  expect(await shown.json()).toMatchObject({
    invented: true,
    portfolio: 'demo (invented data)',
    history: { hours: 721 },
    total: { quality: 'ok' },
  })
  // In the demo the providers are invented too, so a run can be tried; nothing of it comes over.
  expect((await post(`${link.origin}/api/v1/runs`, { days: 1 }, there)).status).toBe(202)
  const own = await fetch(`${url}/api/v1/portfolios`, { headers })
  expect(await own.json()).toMatchObject({ portfolios: [] })
  expect(existsSync(join(cwd, 'data-demo/INVENTED-DATA'))).toBe(true)
  // The session of one server is none of the other's.
  expect((await fetch(`${link.origin}/api/v1/portfolios`, { headers })).status).toBe(401)

  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  expect(code).toBe(143)
  await expect(fetch(link.origin)).rejects.toThrow()
  expect(
    readFileSync(join(cwd, 'data/logs', `tidemark-${new Date().toISOString().slice(0, 10)}.log`), 'utf8'),
  ).not.toContain(link.hash)
})
