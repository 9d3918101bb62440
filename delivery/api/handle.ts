import { ROUTES, type RouteName } from './contract.ts'
import type { Route } from './contract/route.ts'
import { etagOf } from './etag.ts'
import type { Download } from './export/pieces.ts'
import type { ApiIo, Ask, Handler, InnerAsks, Reply, TaskAsk, TaskName } from './types.ts'

/** Routes that are answered from the store, each loaded when it is first asked. */
const HANDLERS: { readonly [N in RouteName]?: () => Promise<Handler<N>> } = {
  portfolio: async () => (await import('./handlers/dashboard.ts')).portfolio,
  dashboard: async () => (await import('./handlers/dashboard.ts')).dashboard,
  history: async () => (await import('./handlers/dashboard.ts')).history,
  portfolios: async () => (await import('./handlers/portfolios.ts')).portfolios,
  explainPnl: async () => (await import('./handlers/explain.ts')).explainPnl,
  compareLots: async () => (await import('./handlers/lots.ts')).compareLots,
  explainLots: async () => (await import('./handlers/lots.ts')).explainLots,
  lots: async () => (await import('./handlers/lots.ts')).lots,
  gains: async () => (await import('./handlers/lots.ts')).gains,
  trades: async () => (await import('./handlers/lots.ts')).trades,
  addWallet: async () => (await import('./handlers/wallet-changes.ts')).addWallet,
  changeWallet: async () => (await import('./handlers/wallet-changes.ts')).changeWallet,
  removeWallet: async () => (await import('./handlers/wallet-changes.ts')).removeWallet,
  wallets: async () => (await import('./handlers/wallets.ts')).wallets,
  chains: async () => (await import('./handlers/chains.ts')).chains,
  holdings: async () => (await import('./handlers/lists.ts')).holdings,
  flows: async () => (await import('./handlers/lists.ts')).flows,
  previewImport: async () => (await import('./handlers/imports.ts')).previewImport,
  importFlows: async () => (await import('./handlers/imports.ts')).importFlows,
  asset: async () => (await import('./handlers/asset.ts')).asset,
  prices: async () => (await import('./handlers/lists.ts')).prices,
  gaps: async () => (await import('./handlers/lists.ts')).gaps,
  runs: async () => (await import('./handlers/lists.ts')).runs,
  pnl: async () => (await import('./handlers/pnl.ts')).pnl,
  providers: async () => (await import('./handlers/providers.ts')).providers,
  decideSuspect: async () => (await import('./handlers/decide-suspect.ts')).decideSuspect,
}

type Answers = (ask: unknown, io: ApiIo) => Promise<unknown>
type Inner<N extends keyof InnerAsks> = (ask: InnerAsks[N], io: ApiIo) => Promise<unknown>
/** What the server asks for itself. */
const INNER: { readonly [N in keyof InnerAsks]: () => Promise<Inner<N>> } = {
  liveBasis: async () => (await import('./handlers/live-basis.ts')).liveBasis,
  addCalls: async () => (await import('./handlers/add-calls.ts')).addCalls,
}
const GET: Pick<Route, 'method' | 'answer' | 'status'> = { method: 'GET', answer: 'file' }

/**
 * Answers one request from the store.
 * @throws TidemarkError, or Refusal where what was asked for is not there
 */
export async function handle<N extends TaskName>(name: N, ask: TaskAsk<N>, io: ApiIo): Promise<Reply> {
  const all = { ...HANDLERS, ...INNER } as Record<TaskName, (() => Promise<Answers>) | undefined>
  const load = all[name]
  if (load === undefined) throw new Error(`nothing answers ${name}`)
  const document = await (await load())(ask, io)
  const route = (ROUTES as Partial<Record<TaskName, typeof GET>>)[name] ?? GET
  const body = new TextEncoder().encode(route.answer === 'nothing' ? '' : JSON.stringify(document))
  return { status: route.status ?? 200, body, etag: route.method === 'GET' ? etagOf(body) : null }
}

/**
 * Answers the request for a file.
 * @throws as `handle` does, for what cannot begin
 */
export async function handleExport(ask: Ask<'export'>, io: ApiIo): Promise<Download> {
  const { download } = await import('./handlers/download.ts')
  return download(ask, io)
}
