import { createHash } from 'node:crypto'
import { ROUTES, type RouteName } from './contract.ts'
import type { Route } from './contract/route.ts'
import type { ApiIo, Ask, Handler, Reply } from './types.ts'

/** Routes that are answered from the store, each loaded when it is first asked. */
const HANDLERS: { readonly [N in RouteName]?: () => Promise<Handler<N>> } = {
  portfolios: async () => (await import('./handlers/portfolios.ts')).portfolios,
  pnl: async () => (await import('./handlers/pnl.ts')).pnl,
}
export type WorkRoute = keyof typeof HANDLERS

/**
 * Answers one request from the store.
 * @throws TidemarkError, or Refusal where what was asked for is not there
 */
export async function handle<N extends RouteName>(name: N, ask: Ask<N>, io: ApiIo): Promise<Reply> {
  const load = HANDLERS[name] as (() => Promise<Handler<N>>) | undefined
  if (load === undefined) throw new Error(`nothing answers ${name}`)
  const document = await (await load())(ask, io)
  const route: Route = ROUTES[name]
  const body = new TextEncoder().encode(route.answer === 'nothing' ? '' : JSON.stringify(document))
  return { status: route.status ?? 200, body, etag: route.method === 'GET' ? etagOf(body) : null }
}

/** A weak tag, since what is sent may be compressed on the way. */
function etagOf(body: Uint8Array): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
