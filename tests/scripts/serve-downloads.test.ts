import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#config/load.ts'
import { buildServer } from '#delivery/api/server.ts'
import type { Principal } from '#delivery/api/types.ts'
import { threads } from '#scripts/serve/runner.ts'
import { openStore } from '#storage/open.ts'
import { holdingsOnly, OWNER } from '#tests/delivery/api/stand.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { build } from './support.ts'

const ANSWER = fileURLToPath(new URL('../../dist/bin/answer.cjs', import.meta.url))
const IDLE_MS = 5_000
const ASSETS = Array.from({ length: 50 }, (_, at) => `coin-${at}`).join(',')
/** More than fits into all the buffers on the way. */
const LONG = `/api/v1/export?what=prices&from=2012-01-01&assets=${ASSETS}`

beforeAll(build, 60_000)

/** The server over threads of the built program; who asks says so in a header. */
async function serving() {
  const folder = temporaryFolder()
  const store = await openStore({ kind: 'embedded', file: join(folder, 'tidemark.db'), create: true })
  for (const owner of ['ada', 'bob', 'cyd', 'dan']) await store.writePortfolio(holdingsOnly('main', owner))
  const config = loadConfig({ env: { TIDEMARK_DATA_DIR: folder }, envFile: null })
  const runner = threads(ANSWER, { config, nextRun: new SharedArrayBuffer(8) }, 2)
  const app = await buildServer({
    auth: { of: async ({ headers }): Promise<Principal> => ({ ...OWNER, owner: String(headers['x-who']) }) },
    runner,
    own: { live: async () => ({ status: 'ok' }), ready: async () => ({ status: 'ok' }) },
    changeMark: () => store.changeMark(),
    isOurs: () => true,
    ...{ proxies: [], local: true, version: '0.0.0', onProblem: () => undefined },
    patience: { idle: IDLE_MS, whole: 60_000 },
  })
  // As the server sees it: who reads nothing does not see the end either.
  const ends: string[] = []
  app.server.on('request', ({ url: path = '', headers, socket }: IncomingMessage) => {
    if (path.includes('from=2012')) socket.once('close', () => ends.push(String(headers['x-who'])))
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
    await runner.close()
    await store.close()
  })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const read = (who: string, path: string) => fetch(`${url}${path}`, { headers: { 'x-who': who } })
  return { url, read, ends }
}

/** Begins a download and takes nothing of it. */
function stalled(url: string, who: string) {
  const asked = get(`${url}${LONG}`, { headers: { 'x-who': who } })
  asked.on('error', () => undefined)
  const response = once(asked, 'response').then(([message]) => {
    const incoming = message as IncomingMessage
    incoming.on('error', () => undefined)
    return incoming.pause()
  })
  response.catch(() => undefined)
  onTestFinished(() => void asked.destroy())
  return response
}

test('four downloads that nobody reads hold up neither reads nor health, end by themselves, and make room', async () => {
  const { url, read, ends } = await serving()
  const all = ['ada', 'bob', 'cyd', 'dan'].map((who) => stalled(url, who))
  expect((await Promise.all(all.slice(0, 2))).map((each) => each.statusCode)).toEqual([200, 200])
  // Of one owner one is made at a time and two wait; the next is told so.
  const more = ['ada', 'ada', 'ada'].map((who) => stalled(url, who))
  const over = await Promise.race(more)
  expect([over.statusCode, Number(over.headers['retry-after']) > 0]).toEqual([429, true])
  for (const who of ['ada', 'bob', 'eve']) {
    expect((await read(who, '/api/v1/health/live')).status).toBe(200)
    expect((await read(who, '/api/v1/portfolio/holdings?portfolio=main')).status).toBe(
      who === 'eve' ? 404 : 200,
    )
  }
  // They were answered while those stood still.
  expect(ends).toEqual([])
  // First the two that began, then the two that waited for their threads.
  await expect.poll(() => ends.length, { timeout: 30_000 }).toBeGreaterThan(3)
  expect(ends.slice(0, 2).sort()).toEqual(['ada', 'bob'])
  await expect
    .poll(async () => (await read('eve', '/api/v1/export?what=prices')).status, { timeout: 30_000 })
    .toBe(200)
}, 90_000)

test('more downloads than can wait are told to come back', async () => {
  const { url, read } = await serving()
  const begun = Array.from({ length: 10 }, (_, at) => stalled(url, `ada${at}`))
  await Promise.race(begun)
  await expect
    .poll(async () => {
      const reply = await read('late', '/api/v1/export?what=prices')
      return [reply.status, reply.headers.get('retry-after')]
    })
    .toEqual([503, '5'])
}, 90_000)
