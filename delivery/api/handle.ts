import { createHash } from 'node:crypto'
import { ROUTES, type RouteName } from './contract.ts'
import type { Route } from './contract/route.ts'
import type { ApiIo, Ask, Handler, Reply } from './types.ts'

/** Routes that are answered from the store, each loaded when it is first asked. */
const HANDLERS: { readonly [N in RouteName]?: () => Promise<Handler<N>> } = {
  portfolio: async () => (await import('./handlers/dashboard.ts')).portfolio,
  dashboard: async () => (await import('./handlers/dashboard.ts')).dashboard,
  history: async () => (await import('./handlers/dashboard.ts')).history,
  portfolios: async () => (await import('./handlers/portfolios.ts')).portfolios,
  lots: async () => (await import('./handlers/lots.ts')).lots,
  gains: async () => (await import('./handlers/lots.ts')).gains,
  trades: async () => (await import('./handlers/lots.ts')).trades,
  addWallet: async () => (await import('./handlers/wallet-changes.ts')).addWallet,
  changeWallet: async () => (await import('./handlers/wallet-changes.ts')).changeWallet,
  removeWallet: async () => (await import('./handlers/wallet-changes.ts')).removeWallet,
  wallets: async () => (await import('./handlers/lists.ts')).wallets,
  holdings: async () => (await import('./handlers/lists.ts')).holdings,
  flows: async () => (await import('./handlers/lists.ts')).flows,
  previewImport: async () => (await import('./handlers/imports.ts')).previewImport,
  importFlows: async () => (await import('./handlers/imports.ts')).importFlows,
  asset: async () => (await import('./handlers/asset.ts')).asset,
  prices: async () => (await import('./handlers/lists.ts')).prices,
  gaps: async () => (await import('./handlers/lists.ts')).gaps,
  runs: async () => (await import('./handlers/lists.ts')).runs,
  pnl: async () => (await import('./handlers/pnl.ts')).pnl,
}

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
