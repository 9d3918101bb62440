import { z } from 'zod'
import { ROUTES, type RouteName } from '#delivery/api/contract.ts'
import type { Route } from '#delivery/api/contract/route.ts'
import { PASSWORD, type Reply } from '../auth/stand.ts'
import type { Who, World } from './world.ts'

export const NAMES = Object.keys(ROUTES) as RouteName[]
export const routeOf = (name: RouteName): Route => ROUTES[name]

type Fields = Readonly<Record<string, unknown>>
type Texts = Readonly<Record<string, string>>
/** A request that a route answers with what it is for. */
export type Request = { readonly query?: Fields; readonly body?: unknown; readonly params?: Texts }

const FILE = 'time,asset,quantity,kind,unit_price,wallet\n2026-11-02T00:00:00Z,bitcoin,1,buy,50000,kraken\n'
const named = { query: { portfolio: 'ada' } }

/** A good request for every route of the contract, asked by ada. A route that is added needs a line here. */
export const REQUESTS: Partial<Record<RouteName, Request>> = {
  signIn: { body: { name: 'bob', password: PASSWORD } },
  refresh: { body: { refreshToken: 'none' } },
  setUp: { body: { token: 'none', name: 'mallory', password: PASSWORD, cookie: false } },
  openShare: { body: { token: 'none' } },
  enter: { body: { token: 'none', cookie: false } },
  signOut: {},
  me: {},
  changeMe: { body: { password: PASSWORD, newPassword: `${PASSWORD} and more` } },
  users: {},
  addUser: { body: { name: 'mallory', password: PASSWORD, role: 'viewer', shares: 'bob' } },
  changeUser: { body: { role: 'viewer' } },
  removeUser: {},
  tokens: {},
  addToken: { body: { label: 'robot', scope: 'read', days: 3 } },
  revokeToken: {},
  shares: {},
  addShare: { body: { portfolio: 'ada', hideAmounts: true, days: 3 } },
  revokeShare: {},
  portfolios: {},
  portfolio: named,
  dashboard: { query: { portfolio: 'ada', range: '30d' } },
  pnl: {
    query: {
      portfolio: 'ada',
      from: '2026-11-10',
      to: '2026-11-12',
      every: '6h',
      mode: 'flows',
      assets: 'bitcoin',
    },
  },
  history: { query: { portfolio: 'ada', range: '7d' } },
  lots: {
    query: {
      portfolio: 'ada',
      method: 'hifo',
      scope: 'wallet',
      at: '2026-11-19',
      assets: 'ethereum',
      open: 'true',
    },
  },
  compareLots: { query: { portfolio: 'ada', at: '2026-11-19' } },
  explainLots: { query: { portfolio: 'ada', what: 'f1', method: 'lifo' } },
  explainPnl: { query: { portfolio: 'ada', asset: 'ethereum', hour: '2026-11-19T10:00Z', mode: 'flows' } },
  liveTicket: {},
  gains: { query: { portfolio: 'ada', year: '2026' } },
  trades: {
    query: { portfolio: 'ada', limit: '5', assets: 'ethereum', wallet: 'kraken', from: '2026-11-01' },
  },
  wallets: named,
  addWallet: {
    ...named,
    body: { address: '0x000000000000000000000000000000000000dEaD', label: 'burnt', chains: ['ethereum'] },
  },
  changeWallet: { ...named, body: { label: 'colder', chains: ['ethereum', 'base'] } },
  removeWallet: named,
  chains: {},
  holdings: { query: { portfolio: 'ada', assets: 'bitcoin,ethereum', at: '2026-11-19', limit: '10' } },
  flows: {
    query: { portfolio: 'ada', assets: 'ethereum', from: '2026-11-01', to: '2026-11-20', limit: '1' },
  },
  previewImport: { query: { portfolio: 'ada', format: 'flows', name: 'mine.csv' }, body: FILE },
  importFlows: {
    query: { portfolio: 'ada', format: 'flows', name: 'mine.csv', replace: 'true' },
    body: FILE,
  },
  asset: { query: { portfolio: 'ada', range: '24h' } },
  prices: { query: { portfolio: 'ada', assets: 'bitcoin', quote: 'usd', limit: '3' } },
  gaps: { query: { portfolio: 'ada', assets: 'bitcoin', limit: '3' } },
  decideSuspect: {
    body: {
      asset: 'bitcoin',
      quote: 'usd',
      provider: 'coingecko',
      time: '2026-11-18T10:30:00Z',
      take: false,
    },
  },
  runs: { query: { limit: '5' } },
  startRun: { ...named, body: { days: 1 } },
  openDemo: {},
  providers: {},
  export: { query: { portfolio: 'ada', what: 'flows', format: 'csv' } },
  live: {},
  ready: {},
}

/** The path of a route below the prefix, with its parameters and query. */
export function addressOf(
  name: RouteName,
  ids: Readonly<Record<string, string>>,
  { query, params = {} }: Request,
): string {
  const path = routeOf(name).path.replace(/:(\w+)/g, (_whole, key: string) =>
    encodeURIComponent(
      (params[key] ?? ids[`${name}.${key}`] ?? ids[key] ?? 'x').replace(/\p{Cs}/gu, '\ufffd'),
    ),
  )
  const text = new URLSearchParams(
    Object.entries(query ?? {}).map(([key, value]) => [key, String(value)] as [string, string]),
  ).toString()
  return text === '' ? path : `${path}?${text}`
}

/** Asks a route, with the good request unless another is given. */
export function askRoute(
  { ask, as, ids }: World,
  name: RouteName,
  who: Who = 'ada',
  request: Request = REQUESTS[name] ?? {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const { method, upload } = routeOf(name)
  const token = as[who]
  return ask(`${method} ${addressOf(name, ids, request)}`, {
    ...(token === undefined ? {} : { as: token }),
    ...(request.body === undefined ? {} : { body: request.body }),
    headers: { ...(upload === undefined ? {} : { 'content-type': 'text/csv' }), ...headers },
  })
}

/** Answered by a part that only the program puts beside the server, with tests of its own. */
export const ELSEWHERE: readonly RouteName[] = ['startRun', 'openDemo']

export type Field = {
  readonly part: 'params' | 'query' | 'body'
  readonly field: string
  readonly schema: z.ZodType
}

/** Every field that a route reads, with its schema. */
export function fieldsOf(name: RouteName): Field[] {
  const route = routeOf(name)
  return (['params', 'query', 'body'] as const).flatMap((part) => {
    const shape = shapeOf(route[part])
    return Object.entries(shape).map(([field, schema]) => ({ part, field, schema }))
  })
}

function shapeOf(schema: z.ZodType | undefined): Readonly<Record<string, z.ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return shapeOf(schema.unwrap() as z.ZodType)
  return {}
}

/** The good request with another value in one of its fields. */
export function requestWith(
  name: RouteName,
  { part, field }: Pick<Field, 'part' | 'field'>,
  value: unknown,
): Request {
  const good = REQUESTS[name] ?? {}
  return { ...good, [part]: { ...(good[part] as Fields | undefined), [field]: value } }
}
