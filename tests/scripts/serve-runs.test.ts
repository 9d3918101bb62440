import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { openStore } from '#storage/open.ts'
import { BINARY, CANARY } from './support.ts'
import { World } from './world.ts'

const PORTFOLIO = 'name: main\nbaseCurrency: usd\nholdings:\n  - { asset: bitcoin, quantity: "0.5" }\n'
const world = new World()
beforeAll(() => world.start(), 60_000)
afterAll(() => world.stop())

type Row = {
  readonly id: string
  readonly command: string
  readonly outcome: string
  readonly exitCode: number
}

/** The built program serving a folder of its own against the simulator, and somebody signed in to it. */
async function serving(name: string, ...options: string[]) {
  const { cwd, store } = world.place(name)
  writeFileSync(join(cwd, 'portfolio.yaml'), PORTFOLIO)
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0', ...options], {
    cwd,
    env: {
      ...{ PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data') },
      ...{ COINGECKO_BASE_URL: world.url, COINGECKO_API_KEY: CANARY, COINGECKO_RATE: '10000' },
      COINGECKO_MONTH_CREDITS: '9000',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const end = once(child, 'exit').then(([code]) => code as number | null)
  await expect.poll(() => said, { timeout: 30_000 }).toMatch(/^Log /m)
  const [, url = '', token] = /^Open +(\S+?)\/#setup=(\S+)$/m.exec(said) ?? []
  const headers: Record<string, string> = {}
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    expect(text).not.toContain(CANARY)
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as never }
  }
  const account = { token, name: 'ada', password: 'seven words that nobody has ever said', cookie: false }
  const session = (await ask('POST', '/session/setup', account)).json() as { accessToken: string }
  headers['authorization'] = `Bearer ${session.accessToken}`
  const runs = async () => ((await ask('GET', '/runs')).json() as { rows: Row[] }).rows
  return { ask, runs, child, end, store, url, headers }
}

describe('serve and the pipeline', () => {
  test('POST /runs is an ingest of the portfolio; a second is 409 with the first named; what it brought is there', async () => {
    const { ask, runs, child, end } = await serving('ask')
    expect((await ask('POST', '/runs?portfolio=other', { days: 1 })).status).toBe(404)
    const [one, two] = await Promise.all([
      ask('POST', '/runs', { days: 2 }),
      ask('POST', '/runs', { days: 2 }),
    ])
    expect([one.status, two.status].sort()).toEqual([202, 409])
    const { run } = (one.status === 202 ? one : two).json() as { run: string }
    await expect
      .poll(runs, { timeout: 20_000 })
      .toMatchObject([{ id: run, command: 'ingest', outcome: 'complete', exitCode: 0 }])
    const dashboard = (await ask('GET', '/portfolio/dashboard?range=24h')).json()
    expect(dashboard).toMatchObject({
      total: { quality: 'ok', coverage: 1 },
      health: { running: false, nextRun: null, lastRun: { id: run } },
    })
    expect((await ask('GET', '/providers')).json()).toMatchObject({
      providers: [
        {
          ...{ provider: 'coingecko', host: new URL(world.url).host, perMinute: 10_000, monthCredits: 9_000 },
          ...{ usedThisMonth: expect.any(Number) as number, lastFault: null },
          lastSuccess: expect.stringMatching(/Z$/) as string,
        },
      ],
    })
    const csv = await ask('GET', '/export?what=pnl')
    expect(csv.headers.get('content-disposition')).toMatch(
      /^attachment; filename="tidemark-pnl-[\d-]{10}\.csv"$/,
    )
    expect(csv.text.split('\n').filter((line) => line.includes(',bitcoin,BTC,0.5,'))).toHaveLength(169)
    child.kill('SIGTERM')
    expect(await end).toBe(143)
  })

  test('--schedule runs inside, and tells when it runs next; a run that a command holds is a 409 with its holder', async () => {
    const { ask, runs, child, end, store } = await serving('clock', '--schedule', '--cron', '5 0 1 1 *')
    await expect.poll(runs, { timeout: 20_000 }).toMatchObject([{ command: 'schedule', outcome: 'complete' }])
    const year = new Date().getUTCFullYear() + 1
    expect((await ask('GET', '/portfolio/dashboard')).json()).toMatchObject({
      health: { nextRun: `${year}-01-01T00:05:00Z`, lastRun: { command: 'schedule' } },
    })
    const other = await openStore({ kind: 'embedded', file: store })
    await other.acquireLease('pipeline', 'a-command:1', 60_000, Date.now())
    const refused = await ask('POST', '/runs', {})
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('a-command:1')])
    await other.close()
    child.kill('SIGTERM')
    expect(await end).toBe(143)
  })

  test('stopped in the middle of a run, it ends within ten seconds, and the run is marked so', async () => {
    const { ask, child, end, store } = await serving('stop')
    await world.during(
      () => undefined,
      async () => {
        expect((await ask('POST', '/runs', { days: 30 })).status).toBe(202)
        const begun = Date.now()
        child.kill('SIGTERM')
        expect(await end).toBe(143)
        expect(Date.now() - begun).toBeLessThan(10_000)
      },
    )
    const after = await openStore({ kind: 'embedded', file: store })
    const [run] = await after.runs({ limit: 1, offset: 0 })
    expect(run?.outcome).toBe('interrupted')
    const lease = await after.acquireLease('pipeline', 'next', 1_000, Date.now())
    expect(lease.acquired).toBe(true)
    await after.close()
  })

  test('stopped while somebody reads an export slowly and another listens, it ends within ten seconds', async () => {
    const { url, headers, child, end } = await serving('slow')
    const assets = Array.from({ length: 50 }, (_, at) => `coin-${at}`).join(',')
    const reading = get(`${url}/api/v1/export?what=prices&from=2012-01-01&assets=${assets}`, { headers })
    const [response] = (await once(reading, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    response.pause()
    reading.on('error', () => undefined)
    response.on('error', () => undefined)
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/portfolio/ws`, { headers })
    socket.on('error', () => undefined)
    await once(socket, 'open')
    const begun = Date.now()
    child.kill('SIGTERM')
    expect(await end).toBe(143)
    expect(Date.now() - begun).toBeLessThan(10_000)
  })

  test('a cron expression that is none is refused before anything listens', async () => {
    const { cwd } = world.place('cron')
    const child = spawn(
      process.execPath,
      [BINARY, 'serve', '--schedule', '--cron', 'nonsense', '--port', '0'],
      {
        cwd,
        env: { PATH: process.env['PATH'], HOME: cwd, TIDEMARK_DATA_DIR: join(cwd, 'data') },
        stdio: 'ignore',
      },
    )
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(5)
  })
})
