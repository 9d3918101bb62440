import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { addHours, formatTime, hourOf, HOUR_MS, type Hour } from '#core/hour.ts'
import { openStore } from '#storage/open.ts'
import type { Bench, Ratio } from '#tests/bench/measure.ts'
import { assetName, candleRun, inFolder, USD, walk } from '#tests/bench/years.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BINARY = join(ROOT, 'dist/bin/tidemark.cjs')
const ASSETS = 50
const HOURS = 365 * 24
const ROWS = 20_000
const SECONDS = 12
/** What `/health/live` may take, 99 times of 100. */
const BOUND_MS = 100
const PASSWORD = 'seven words that nobody has ever said'

export const benches: readonly Bench[] = [
  {
    name: `service: /health/live while an export, an import and a rebuild of ${ASSETS} assets over a year go on`,
    run: () => inFolder(async (folder) => [await underLoad(folder)]),
  },
]

async function underLoad(folder: string): Promise<Ratio> {
  const build = spawnSync('npm', ['run', '-s', 'build:quick'], { cwd: ROOT, encoding: 'utf8' })
  if (!existsSync(BINARY)) throw new Error(`no program to measure: ${build.stderr}`)
  const now = hourOf(Date.now())
  await fill(folder, now)
  const server = await serve(folder)
  try {
    const alone = await latencies(server.url, 3)
    const stop = new AbortController()
    const done = { exports: 0, imports: 0, rebuilds: 0 }
    const since = formatTime(addHours(now, -HOURS))
    const load = Promise.all([
      again(stop.signal, async () => {
        await server.ask('GET', '/export?portfolio=main&what=pnl&from=' + since)
        done.exports++
      }),
      again(stop.signal, async (turn) => {
        await server.ask('POST', `/portfolio/flows?portfolio=main&name=f${turn}`, flows(now, turn))
        done.imports++
      }),
      again(stop.signal, async () => {
        await server.ask('GET', '/portfolio/dashboard?portfolio=main&range=1y')
        done.rebuilds++
      }),
    ])
    // What goes wrong in it is told at its end.
    load.catch(() => undefined)
    const loaded = await latencies(server.url, SECONDS)
    stop.abort()
    await load
    const p99 = at(loaded, 0.99)
    return {
      name: '99th percentile of /health/live under load',
      against: `${BOUND_MS} ms`,
      limit: 1,
      ratio: p99 / BOUND_MS,
      oursMs: p99,
      referenceMs: BOUND_MS,
      notes: [
        `${loaded.length} asked in ${SECONDS} s, the slowest ${at(loaded, 1).toFixed(0)} ms; alone p99 ${at(alone, 0.99).toFixed(1)} ms`,
        `meanwhile ${done.exports} exports, ${done.imports} imports of ${ROWS} rows, ${done.rebuilds} rebuilds`,
      ],
    }
  } finally {
    await server.stop()
  }
}

/** A year of prices of every asset, and a portfolio that holds them all. */
async function fill(folder: string, now: Hour): Promise<void> {
  const store = await openStore({ kind: 'embedded', file: join(folder, 'data', 'tidemark.db'), create: true })
  for (let index = 0; index < ASSETS; index++) {
    const run = candleRun(assetName(index), addHours(now, 1 - HOURS), walk(HOURS, index + 1))
    await store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  const since = now - HOURS * HOUR_MS
  const holdings = Array.from({ length: ASSETS }, (_, index) => ({
    ...{ asset: assetName(index), quantity: '3', unitCost: null, since },
  }))
  const own = { owner: 'local', name: 'main', baseCurrency: USD, wallets: [], flowsFile: null }
  await store.writePortfolio({ ...own, holdings })
  await store.close()
}

/** A file of flows, all over the year: importing it makes every month be computed anew. */
function flows(now: Hour, turn: number): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const time = formatTime(now - ((row * 7 + turn) % HOURS) * HOUR_MS)
    return `${time},${assetName(row % ASSETS)},0.001,deposit,manual,t${turn}-${row}`
  })
  return ['time,asset,quantity,kind,wallet,tx', ...rows, ''].join('\n')
}

async function serve(folder: string) {
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TIDEMARK_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  while (!/^Log /m.test(said) && child.exitCode === null) await wait(50)
  const [, url = '', token = ''] = /^Open +(\S+?)\/#setup=(\S+)$/m.exec(said) ?? []
  if (url === '') throw new Error(`the server does not open: ${said}`)
  const headers: Record<string, string> = {}
  const ask = async (method: string, path: string, body?: string, type = 'text/csv'): Promise<string> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${text.slice(0, 300)}`)
    return text
  }
  const account = JSON.stringify({ token, name: 'ada', password: PASSWORD })
  const session = await ask('POST', '/session/setup', account, 'application/json')
  const { accessToken } = JSON.parse(session) as { accessToken: string }
  headers['authorization'] = `Bearer ${accessToken}`
  const stop = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  return { url, ask, stop }
}

async function again(signal: AbortSignal, work: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) await work(turn)
}

/** Milliseconds that one after the other took, sorted. */
async function latencies(url: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const taken: number[] = []
  for (const end = Date.now() + seconds * 1_000; Date.now() < end;) {
    const start = process.hrtime.bigint()
    const asked = request(`${url}/api/v1/health/live`, { agent }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    for await (const _ of response);
    taken.push(Number(process.hrtime.bigint() - start) / 1e6)
    await wait(10)
  }
  agent.destroy()
  return taken.sort((a, b) => a - b)
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN
