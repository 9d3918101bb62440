import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { Accounts, type User } from '#delivery/api/auth/accounts.ts'
import { openAuth, type AuthOptions, type OpenedAuth } from '#delivery/api/auth/open.ts'
import type { AuthEvent } from '#delivery/api/auth/own/session.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import { handle, handleExport } from '#delivery/api/handle.ts'
import { buildServer, type ServerOptions } from '#delivery/api/server.ts'
import type { ApiIo, Role } from '#delivery/api/types.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { holdingsOnly } from '../stand.ts'

/** As little as a hash can cost: these tests are about what is done with it. */
export const CHEAP = { logN: 4, r: 1, p: 1 } as const
export const NOON = Date.parse('2026-11-20T12:30:00Z')
/** Canaries: no answer and no log may ever hold one of these. */
export const PASSWORD = 'canary-password-Zk41-vq'
export const SECRET = 'canary-secret-Qw93-32-bytes-and-then-some-more'

export type Stand = Awaited<ReturnType<typeof authStand>>
type Answer = { [field: string]: unknown } & { code: string; fix: string; detail: string }
export type Reply = Omit<LightMyRequestResponse, 'json'> & { readonly json: () => Answer }
type Request = {
  readonly as?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly from?: string
}

export type StandOptions = Partial<AuthOptions> & {
  readonly proxies?: readonly string[]
  /** What the server is to have in place of what it has, or beside it. */
  readonly serving?: (
    this: void,
    options: ServerOptions,
    parts: Pick<ApiIo, 'store'> & OpenedAuth,
  ) => ServerOptions
}

/** A server with its own door: accounts, sessions and tokens over an embedded store, and a clock that the test moves. */
export async function authStand({ serving = (built) => built, ...more }: StandOptions = {}) {
  const folder = temporaryFolder()
  const store = await openStore({ kind: 'embedded', file: join(folder, 'tidemark.db'), create: true })
  const clock = { now: NOON }
  const events: AuthEvent[] = []
  const written: string[] = []
  const opened = await openAuth({
    ...{ store, secret: SECRET, dataDir: folder, publicUrl: null, cost: CHEAP },
    bind: { host: '127.0.0.1', tls: false, proxies: [] },
    now: () => clock.now,
    onEvent: (event) => {
      events.push(event)
      written.push(JSON.stringify(event))
    },
    ...more,
  })
  const io = ioOver(store)
  const options: ServerOptions = {
    auth: opened.auth,
    runner: {
      run: (name, ask) => handle(name, ask, io),
      download: (ask) => handleExport(ask, io),
      close: async () => undefined,
    },
    own: {
      ...opened.own,
      live: async () => ({ status: 'ok' }),
      ready: async () => ({ status: 'ok' }),
    },
    changeMark: () => store.changeMark(),
    isOurs: opened.isOurs,
    proxies: more.proxies ?? [],
    local: false,
    version: '0.0.0',
    onProblem: (event) => void written.push(JSON.stringify({ ...event, thrown: String(event.thrown) })),
  }
  const app = await buildServer(serving(options, { store, ...opened }))
  onTestFinished(async () => {
    opened.close()
    await app.close()
    await store.close()
  })
  const accounts = new Accounts(store, new Passwords(CHEAP), () => clock.now)
  const answers: string[] = []
  const ask = async (what: string, request: Request = {}): Promise<Reply> => {
    const reply = await asked(app, what, request)
    answers.push(JSON.stringify(reply.headers), reply.body)
    return reply
  }
  return { app, store, folder, opened, clock, events, written, answers, accounts, ask }
}

/** `GET /me` below the prefix; a path that begins with two slashes stands as it is. */
async function asked(
  app: FastifyInstance,
  what: string,
  { as, headers = {}, body, from }: Request,
): Promise<Reply> {
  const [method = '', path = ''] = what.split(' ')
  const reply = await app.inject({
    method: method as 'GET',
    url: path.startsWith('//') ? path.slice(1) : `/api/v1${path}`,
    headers: { ...(as === undefined ? {} : { authorization: `Bearer ${as}` }), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
    ...(from === undefined ? {} : { remoteAddress: from }),
  })
  return reply
}

function ioOver(store: Store): ApiIo {
  return {
    store,
    settings: {
      sources: ['coingecko'],
      carryHours: { crypto: 3, stock: 96, fiat: 3 },
      through: 'bitcoin' as AssetId,
    },
    baseCurrency: 'usd' as Quote,
    invented: false,
    portfolioFile: null,
    now: () => NOON,
  }
}

/** An account with a portfolio called like it. */
export async function account(stand: Stand, name: string, role: Role = 'owner'): Promise<User> {
  const user = await stand.accounts.add({ name, password: PASSWORD, role })
  await stand.store.writePortfolio(holdingsOnly(name, user.owner))
  return user
}

export type Tokens = { readonly accessToken: string; readonly refreshToken: string }

/** Signs in for tokens, as a program does. */
export async function signIn({ ask }: Stand, name: string, password = PASSWORD): Promise<Tokens> {
  const reply = await ask('POST /session', { body: { name, password } })
  if (reply.statusCode !== 201) throw new Error(`sign-in answered ${reply.statusCode}: ${reply.body}`)
  return reply.json() as unknown as Tokens
}
