import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import type { Quote } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { refuseTwice } from '../query-text.ts'
import { Refusal } from '../problem.ts'
import type { OwnRoutes } from '../routes.ts'
import type { LastingAuth, Runner } from '../types.ts'
import type { Connection } from './connection.ts'
import { knock, type Knock } from './door.ts'
import { Hub, maySeeRuns } from './hub.ts'
import { CLOSE, LIMITS, type LiveLimits } from './limits.ts'
import { listenTo } from './listen.ts'
import { bytesOf } from './messages.ts'
import type { News, Newsroom } from './news.ts'
import type { Spot } from './price-book.ts'
import { Rooms } from './rooms.ts'
import { RunNews } from './run-news.ts'
import { Ticker, type Interval, type LivePrices } from './ticker.ts'
import { ownTickets, Tickets, type TicketStore } from './tickets.ts'

export type LiveOptions = {
  readonly auth: LastingAuth
  readonly runner: Runner
  readonly prices: LivePrices
  readonly news: Newsroom
  /** Changes whenever the store's content may have. */
  readonly changeMark: () => string
  /** Where tickets of several servers are; this server's own by default. */
  readonly tickets?: TicketStore
  readonly limits?: Partial<LiveLimits>
  readonly now?: () => number
}

/** The live part of a server. */
export type Live = {
  /** The plugin that WebSockets need, once for the whole server. */
  readonly prepare: (app: FastifyInstance) => Promise<void>
  /** Its address, below a prefix. */
  readonly register: (scope: FastifyInstance) => void
  /** For `ServerOptions.own`. */
  readonly own: Pick<Required<OwnRoutes>, 'liveTicket'>
  readonly connections: () => number
  /** Takes prices that came by another way than its own asking. @returns portfolios that they moved */
  readonly take: (quote: Quote, spots: Iterable<Spot>) => number
  readonly close: () => void
}

/** How long who broke off may take to take note. */
const BROKEN_MS = 5_000

export const WS_PATH = '/portfolio/ws'

/** Everything between a price that arrives, or a row that is written, and those who want to see it at once. */
export function openLive(options: LiveOptions): Live {
  const { auth, runner, news, now = Date.now } = options
  const limits = { ...LIMITS, ...options.limits }
  const rooms = new Rooms(runner, now)
  const hub = new Hub({ auth, rooms, limits, now })
  const tickets = new Tickets(options.tickets ?? ownTickets(now), now)
  const runs = new RunNews()
  const ticker = new Ticker({
    prices: options.prices,
    watched: () => rooms.watched(),
    take: (quote, spots) => void rooms.take(quote, spots),
    onInterval: () => {
      for (const connection of hub.connections) if (connection.guest !== null) welcome(connection)
    },
    now,
  })
  const welcome = (connection: Connection) => greet(connection, ticker.interval, runs)
  const io = { hub, rooms, tickets, welcome, onWatch: () => ticker.wake() }
  const stops = [
    news.listen((each) => void told(each, { hub, rooms, runs })),
    auth.onChange(() => void hub.recheck()),
    everySecond(hub, rooms),
    following(options.changeMark, limits, { hub, rooms }),
    () => ticker.close(),
    () => hub.closeAll(),
  ]
  return {
    prepare: async (app) => {
      // A handshake that was refused leaves a socket that no server counts any more.
      app.addHook('onResponse', async ({ raw }) => {
        if (raw.headers.upgrade !== undefined) raw.socket.destroySoon()
      })
      await app.register(websocket, {
        options: {
          maxPayload: limits.message,
          perMessageDeflate: {
            threshold: 1_024,
            serverNoContextTakeover: true,
            clientNoContextTakeover: true,
            // A connection that was once sent a compressed message keeps what that took: by default a quarter of a
            // megabyte, like this 16 KB. A snapshot is no longer than the window.
            serverMaxWindowBits: 11,
            zlibDeflateOptions: { memLevel: 4 },
            concurrencyLimit: 4,
          },
          clientTracking: false,
        },
        // What a connection breaks by is its own affair; the library has told it the code by then.
        errorHandler: (_, socket) => void setTimeout(() => socket.terminate(), BROKEN_MS).unref(),
        preClose: (done) => {
          hub.closeAll()
          done()
        },
      })
    },
    register: (scope) => routeOf(scope, auth, io),
    own: {
      liveTicket: async (_ask, { request }) => {
        const grant = await auth.grantOf(request)
        if (grant === null) throw new Refusal('UNAUTHENTICATED', 'The session is over.', 'Sign in again.')
        const { ticket, expires } = await tickets.make(grant)
        return { schemaVersion: 1, ticket, expires: formatTime(expires) }
      },
    },
    connections: () => hub.connections.size,
    take: (quote, spots) => rooms.take(quote, spots),
    close: () => stops.forEach((stop) => stop()),
  }
}

type Io = Parameters<typeof listenTo>[2]

function routeOf(scope: FastifyInstance, auth: LastingAuth, io: Io): void {
  const knocks = new WeakMap<object, Knock>()
  scope.route({
    method: 'GET',
    url: WS_PATH,
    schema: { hide: true },
    onRequest: async (request) => {
      refuseTwice(request.query)
      knocks.set(request, await knock(request, auth))
      io.hub.refuseFull()
    },
    handler: () => {
      throw new Refusal('INVALID', 'A WebSocket is spoken here.', 'Connect with ws:// or wss://.')
    },
    wsHandler: (socket, request) => {
      const connection = io.hub.add(socket)
      const came = knocks.get(request)
      if (came?.kind === 'over') return connection.close(CLOSE.signIn, 'the session is over')
      const { hub } = io
      const entered =
        came?.kind === 'granted'
          ? hub.admit(connection, came.grant).then((isIn) => void (isIn && io.welcome(connection)))
          : Promise.resolve()
      // A store that does not answer: nobody can be let in now.
      listenTo(
        socket,
        connection,
        io,
        entered.catch(() => connection.close(CLOSE.later, 'try again later')),
      )
    },
  })
}

function greet(connection: Connection, { ms, why }: Interval, runs: RunNews): void {
  const { guest } = connection
  if (guest === null) return
  const interval = ms === null ? null : ms / 1_000
  connection.send(bytesOf({ type: 'welcome', user: guest.who.user, interval, why }))
  if (maySeeRuns(guest)) for (const run of runs.running()) connection.send(bytesOf(run))
}

type Parts = { readonly hub: Hub; readonly rooms: Rooms }

/** What happened, to those who look at it. */
async function told(news: News, { hub, rooms, runs }: Parts & { readonly runs: RunNews }): Promise<void> {
  if (news.type !== 'run') return rooms.refresh(news.owner, news.portfolio)
  const message = runs.take(news.owner, news.event)
  if (message !== null) hub.tellRun(message)
}

function everySecond(hub: Hub, rooms: Rooms): () => void {
  const timer = setInterval(() => {
    hub.beat()
    rooms.sweep()
  }, 1_000).unref()
  return () => clearInterval(timer)
}

/** How much longer than a look it takes until the next one: what others write all the time is not read all the time. */
const REST = 9

/** Follows what other processes write beside this one: reads again what is watched, and who may watch it. */
function following(changeMark: () => string, limits: LiveLimits, { hub, rooms }: Parts): () => void {
  let mark = changeMark()
  let timer: NodeJS.Timeout
  let checked = 0
  const look = async () => {
    const start = performance.now()
    try {
      const next = changeMark()
      if (next !== mark && hub.connections.size > 0) {
        mark = next
        await rooms.refreshAll()
        if (start - checked >= limits.recheckMs) {
          checked = start
          await hub.recheck()
        }
      }
    } catch {
      // A store that cannot be asked is asked again.
    }
    timer = setTimeout(
      () => void look(),
      Math.max(limits.storeMs, REST * (performance.now() - start)),
    ).unref()
  }
  timer = setTimeout(() => void look(), limits.storeMs).unref()
  return () => clearTimeout(timer)
}
