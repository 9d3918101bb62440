import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { handle, handleExport } from '#delivery/api/handle.ts'
import { KeptAnswers } from '#delivery/api/kept-answers.ts'
import { buildServer, type ServerOptions } from '#delivery/api/server.ts'
import type { ApiIo, Auth, Principal, Runner } from '#delivery/api/types.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'

export const OWNER: Principal = {
  user: 'ada',
  owner: 'local',
  role: 'admin',
  portfolios: null,
  hideAmounts: false,
  byCookie: false,
  by: 'session',
  session: null,
  expires: null,
}

export function holdingsOnly(name: string, owner = 'local'): Portfolio {
  const bitcoin = { asset: 'bitcoin' as AssetId, quantity: '2', unitCost: null, since: null }
  return { owner, name, baseCurrency: 'usd' as Quote, wallets: [], holdings: [bitcoin], flowsFile: null }
}

/** A server over an embedded store of its own, answered in this thread; who asks is who the test says. */
export async function stand(who: Principal | null = OWNER, more: Partial<ServerOptions> = {}) {
  const store = await openStore({
    kind: 'embedded',
    file: join(temporaryFolder(), 'tidemark.db'),
    create: true,
  })
  const io: ApiIo = {
    store,
    settings: {
      sources: ['coingecko'],
      carryHours: { crypto: 3, stock: 96, fiat: 3 },
      through: 'bitcoin' as AssetId,
    },
    baseCurrency: 'usd' as Quote,
    invented: false,
    portfolioFile: null,
    now: () => Date.parse('2026-11-20T12:30:00Z'),
  }
  const auth: Auth = { of: async () => who }
  const runner: Runner = {
    run: (name, ask) => handle(name, ask, io),
    download: (ask) => handleExport(ask, io),
    close: async () => undefined,
  }
  const problems: { problem: { code: string } }[] = []
  const app = await buildServer({
    auth,
    runner,
    own: { live: async () => ({ status: 'ok' }), ready: async () => ({ status: 'ok' }) },
    changeMark: () => store.changeMark(),
    kept: new KeptAnswers(store, io.now),
    isOurs: (host) => host.startsWith('localhost'),
    proxies: [],
    local: false,
    version: '0.0.0',
    onProblem: (event) => void problems.push(event),
    ...more,
  })
  onTestFinished(async () => {
    await app.close()
    await store.close()
  })
  return { app, store, io, problems }
}
