import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerAllium } from './allium.ts'
import { answerCoinGecko, type CoinGeckoRole } from './coingecko.ts'
import type { Market } from './market.ts'
import { peakPerMinute, waitForPlace } from './rate.ts'
import type { Ask, Reply } from './reply.ts'

export type SimulatorOptions = {
  readonly market: Market
  readonly coingecko?: CoinGeckoRole
  /** The key that Allium takes; null takes any. */
  readonly alliumKey?: string | null
  /** Calls that either provider lets into any minute, null for no limit; more are answered with 429. */
  readonly perMinute?: number | null
  /** Milliseconds since 1970; the real clock by default. */
  readonly now?: () => number
  /** Answers in place of the simulator where it returns true. For tests that inject faults. */
  readonly intercept?: (
    ask: Ask,
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean | Promise<boolean>
  /** Changes an answer before it is sent. */
  readonly alter?: (reply: Reply, ask: Ask) => Reply
}
/** A request that came in: names of its headers, never their values. */
export type Seen = {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: readonly string[]
  readonly status: number
}
export type Simulator = {
  /** Base URL to set as COINGECKO_BASE_URL. */
  readonly coingeckoUrl: string
  /** Base URL to set as ALLIUM_BASE_URL. */
  readonly alliumUrl: string
  readonly seen: readonly Seen[]
  /** The most requests that came in within any 60 seconds. */
  peakPerMinute(): number
  close(): Promise<void>
}

/** Starts a server on 127.0.0.1 that speaks the protocols of CoinGecko and Allium over a market. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  const budgets: Record<'coingecko' | 'allium', number[]> = { coingecko: [], allium: [] }
  const server = createServer((request, response) => {
    void serve(request, response, options, budgets, seen).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    coingeckoUrl: `${origin}/api/v3`,
    alliumUrl: origin,
    seen,
    peakPerMinute: () => peakPerMinute(seen.map(({ at }) => at)),
    close: () => closed(server, sockets),
  }
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: SimulatorOptions,
  budgets: Record<'coingecko' | 'allium', number[]>,
  seen: Seen[],
): Promise<void> {
  const at = performance.timeOrigin + performance.now()
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const { method = 'GET', headers } = request
  const entry = {
    at,
    method,
    path: url.pathname,
    query: url.search,
    headers: Object.keys(headers),
    status: 0,
  }
  const record = (status: number) => {
    seen.push({ ...entry, status })
  }
  const body = await bodyOf(request)
  const now = options.now?.() ?? Date.now()
  const ask: Ask = { method, path: url.pathname, query: url.searchParams, headers, body, now }
  if (await options.intercept?.(ask, request, response)) return record(0)
  const provider = url.pathname.startsWith('/api/v1/') ? 'allium' : 'coingecko'
  const reply = limited(budgets[provider], at, options.perMinute ?? null) ?? answer(ask, options)
  const sent = options.alter?.(reply, ask) ?? reply
  record(sent.status)
  response.writeHead(sent.status, {
    'content-type': 'application/json; charset=utf-8',
    date: new Date(now).toUTCString(),
    ...sent.headers,
  })
  response.end(JSON.stringify(sent.body))
}

function answer(ask: Ask, { market, coingecko, alliumKey }: SimulatorOptions): Reply {
  if (ask.path.startsWith('/api/v1/')) return answerAllium(ask, market, alliumKey ?? null)
  return answerCoinGecko(ask, market, coingecko ?? { plan: 'public', apiKey: null })
}

function limited(budget: number[], at: number, perMinute: number | null): Reply | null {
  const wait = perMinute === null ? 0 : waitForPlace(budget, at, perMinute)
  if (wait === 0) return null
  const body = { status: { error_code: 429, error_message: "You've exceeded the Rate Limit." } }
  return { status: 429, headers: { 'retry-after': String(Math.ceil(wait / 1000)) }, body }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
  } catch {
    return null
  }
}
