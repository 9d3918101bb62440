import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import type { AssetId, Quote } from '#core/asset.ts'
import { addHours, hourOf } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { Accounts, type User } from '#delivery/api/auth/accounts.ts'
import { ApiTokens } from '#delivery/api/auth/api-tokens.ts'
import { openAuth } from '#delivery/api/auth/open.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import type { Heard, ToldLive } from '#delivery/api/contract/live.ts'
import { handle, handleExport } from '#delivery/api/handle.ts'
import type { LiveLimits } from '#delivery/api/live/limits.ts'
import type { Newsroom } from '#delivery/api/live/news.ts'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { openLive } from '#delivery/api/live/open.ts'
import type { LivePrices } from '#delivery/api/live/ticker.ts'
import { buildServer } from '#delivery/api/server.ts'
import type { ApiIo, Role, Runner } from '#delivery/api/types.ts'
import type { SpotPrice } from '#pipeline/queries/spot.ts'
import { openStore } from '#storage/open.ts'
import { candleRun } from '#tests/bench/years.ts'
import { temporaryFolder } from '#tests/support/folder.ts'

export const CHEAP = { logN: 4, r: 1, p: 1 } as const
export const PASSWORD = 'canary-password-Zk41-vq'
export const SECRET = 'canary-secret-Qw93-32-bytes-and-then-some-more'
/** The newest hour with prices; the clock of the stand begins half an hour after it. */
export const HOUR = Date.parse('2026-11-20T12:00:00Z')

type Held = Portfolio['holdings'][number]

export const usd = 'usd' as Quote
export const held = (asset: string, quantity: string): Held => ({
  ...{ asset: asset as AssetId, quantity, unitCost: null, since: null },
})
export const portfolioOf = (owner: string, name: string, holdings: readonly Held[]): Portfolio => ({
  ...{ owner, name, baseCurrency: usd, wallets: [], holdings, flowsFile: null },
})

/** Prices that the test sets, asked for as often as it says. */
export function market(ms: number | null = 60_000) {
  const prices = new Map<AssetId, SpotPrice>()
  const asked: (readonly AssetId[])[] = []
  const port: LivePrices = {
    interval: async () => ({ ms, why: ms === null ? 'an invented market has no prices of now' : null }),
    of: async (assets) => {
      asked.push(assets)
      return { prices: new Map([...prices].filter(([asset]) => assets.includes(asset))), faults: [] }
    },
  }
  const set = (asset: string, price: number, time: number) =>
    prices.set(asset as AssetId, {
      ...{ asset: asset as AssetId, price, time, age: 0, quality: 'ok', source: 'coingecko', market: null },
    })
  return { port, set, asked }
}

export type LiveStand = Awaited<ReturnType<typeof liveStand>>

/** A server that listens on a port of its own, over an embedded store, with real accounts. */
export async function liveStand(
  more: {
    limits?: Partial<LiveLimits>
    interval?: number | null
    news?: Newsroom
    file?: string
    clock?: { now: number }
  } = {},
) {
  const folder = temporaryFolder()
  const file = more.file ?? join(folder, 'tidemark.db')
  const store = await openStore({ kind: 'embedded', file, create: true })
  const clock = more.clock ?? { now: HOUR + 1_800_000 }
  const opened = await openAuth({
    ...{ store, secret: SECRET, dataDir: folder, publicUrl: null, cost: CHEAP },
    bind: { host: '127.0.0.1', tls: false, proxies: [] },
    now: () => clock.now,
  })
  const io: ApiIo = {
    store,
    settings: {
      sources: ['coingecko'],
      carryHours: { crypto: 3, stock: 96, fiat: 3 },
      through: 'bitcoin' as AssetId,
    },
    baseCurrency: usd,
    invented: false,
    portfolioFile: null,
    now: () => clock.now,
  }
  let reads = 0
  const runner: Runner = {
    run: (name, ask) => {
      if (name === 'liveBasis') reads++
      return handle(name, ask, io)
    },
    download: (ask) => handleExport(ask, io),
    close: async () => undefined,
  }
  const prices = market(more.interval === undefined ? 60_000 : more.interval)
  const news = more.news ?? newsroom()
  const written: string[] = []
  const live = openLive({
    auth: opened.auth,
    runner,
    prices: prices.port,
    news,
    changeMark: () => store.changeMark(),
    limits: { storeMs: 50, recheckMs: 50, ...more.limits },
    now: () => clock.now,
  })
  const app = await buildServer({
    auth: opened.auth,
    runner,
    live,
    own: {
      ...opened.own,
      ...live.own,
      live: async () => ({ status: 'ok' }),
      ready: async () => ({ status: 'ok' }),
    },
    changeMark: () => store.changeMark(),
    isOurs: opened.isOurs,
    proxies: [],
    local: true,
    version: '0.0.0',
    onProblem: (event) => void written.push(JSON.stringify({ ...event, thrown: String(event.thrown) })),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  onTestFinished(async () => {
    live.close()
    opened.close()
    await app.close()
    await store.close()
  })
  const accounts = new Accounts(store, new Passwords(CHEAP), () => clock.now)
  return {
    app,
    store,
    io,
    live,
    clock,
    prices,
    news,
    port,
    accounts,
    written,
    folder,
    file,
    read: () => reads,
  }
}

/** An account, and a session of it. */
export async function signedIn(stand: LiveStand, name: string, role: Role = 'owner') {
  const user: User = await stand.accounts.add({ name, password: PASSWORD, role })
  return { user, ...(await session(stand, name)) }
}

/** A token of a program, which has no end: for tests that let hours pass. */
export async function lasting({ store, clock }: LiveStand, user: User): Promise<string> {
  const wanted = { label: 'test', scope: 'read', days: null } as const
  return (await new ApiTokens(store, () => clock.now).add(user, wanted)).text
}

export async function session(stand: LiveStand, name: string) {
  const answer = await call(stand, 'POST', '/session', null, { name, password: PASSWORD })
  return { token: String(answer.body['accessToken']) }
}

export async function call(
  { port }: LiveStand,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  }
}

/** Hours of prices that end with `end`. */
export async function price(
  stand: LiveStand,
  asset: string,
  prices: readonly number[],
  end = HOUR,
): Promise<void> {
  const from = addHours(hourOf(end), 1 - prices.length)
  const run = candleRun(asset as AssetId, from, Float64Array.from(prices))
  await stand.store.writePrices([{ run, suspects: [], gaps: [] }])
}

type Told<T extends ToldLive['type']> = Extract<ToldLive, { type: T }>

/** A client that keeps everything that it is told. */
export async function client(
  { port }: Pick<LiveStand, 'port'>,
  token: string | null,
  options: ClientOptions & { path?: string } = {},
) {
  const { path = '/api/v1/portfolio/ws', headers, ...rest } = options
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
    ...rest,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
  })
  const told: ToldLive[] = []
  let wake: () => void = () => undefined
  socket.on('message', (data: Buffer) => {
    told.push(JSON.parse(String(data)) as ToldLive)
    wake()
  })
  const closed = once(socket, 'close').then(([code]) => code as number)
  socket.on('error', () => undefined)
  onTestFinished(() => socket.terminate())
  await Promise.race([once(socket, 'open'), closed])
  let read = 0
  return {
    socket,
    told,
    closed,
    say: (message: Heard) => socket.send(JSON.stringify(message)),
    /** The next message of a type that was not handed out yet; those of other types before it are passed over. */
    async next<T extends ToldLive['type']>(type: T): Promise<Told<T>> {
      for (;;) {
        while (read < told.length) {
          const message = told[read++] as ToldLive
          if (message.type === type) return message as Told<T>
        }
        await new Promise<void>((done) => (wake = done))
      }
    },
  }
}

/** The status that a handshake is answered with; 101 where it is taken. */
export async function handshake(
  { port }: Pick<LiveStand, 'port'>,
  headers: Record<string, string>,
  path = '/api/v1/portfolio/ws',
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  onTestFinished(() => socket.terminate())
  return new Promise((done) => {
    socket.on('open', () => done(101))
    socket.on('unexpected-response', (_, response) => done(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
}
