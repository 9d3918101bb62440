import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { AssetId } from '#core/asset.ts'
import { addHours, hourOf } from '#core/hour.ts'
import { Accounts } from '#delivery/api/auth/accounts.ts'
import { ApiTokens } from '#delivery/api/auth/api-tokens.ts'
import { openAuth } from '#delivery/api/auth/open.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import { handle, handleExport } from '#delivery/api/handle.ts'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { openLive } from '#delivery/api/live/open.ts'
import { buildServer } from '#delivery/api/server.ts'
import type { ApiIo, Runner } from '#delivery/api/types.ts'
import type { LiveBasis } from '#pipeline/queries/live-basis.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { assetName, candleRun, randomOf, USD, walk } from './years.ts'

const CHEAP = { logN: 4, r: 1, p: 1 } as const
const HOURS = 366 * 24
/** Clients at once; a system that gives a process fewer open files can be tried with fewer. */
export const CLIENTS = Number(process.env['BENCH_CLIENTS'] ?? 10_000)
export const NOW = hourOf(Date.UTC(2026, 10, 20, 12)) + 1_800_000

/** A server with a year of hourly prices, one account and its token. Live figures are of made-up portfolios `p<n>`. */
export async function service(folder: string, assets: number, holdings: number) {
  const store = await openStore({ kind: 'embedded', file: join(folder, 'tidemark.db'), create: true })
  const names = Array.from({ length: assets }, (_, index) => assetName(index))
  for (const [index, asset] of names.entries())
    await store.writePrices([
      {
        run: candleRun(asset, addHours(hourOf(NOW), 1 - HOURS), walk(HOURS, index + 1)),
        suspects: [],
        gaps: [],
      },
    ])
  await store.writePortfolio({
    ...{ owner: 'local', name: 'main', baseCurrency: USD, wallets: [], flowsFile: null },
    holdings: names.map((asset) => ({ asset, quantity: '1.25', unitCost: null, since: null })),
  })
  const { auth, own, isOurs, close } = await openAuth({
    ...{ store, secret: 'a secret of the bench that is long enough', dataDir: folder, publicUrl: null },
    ...{ bind: { host: '127.0.0.1', tls: false, proxies: [] }, cost: CHEAP },
  })
  const accounts = new Accounts(store, new Passwords(CHEAP), Date.now)
  const user = await accounts.add({ name: 'ada', password: 'seven words of a bench', role: 'admin' })
  const { text: token } = await new ApiTokens(store, Date.now).add(user, {
    ...{ label: 'bench', scope: 'read', days: null },
  })
  const io: ApiIo = {
    ...{ store, settings: DEFAULT_SETTINGS, baseCurrency: USD, invented: false, portfolioFile: null },
    now: () => NOW,
  }
  const runner: Runner = {
    run: async (name, ask) =>
      name === 'liveBasis'
        ? { status: 200, body: madeUp((ask as { portfolio: string }).portfolio, names, holdings), etag: null }
        : handle(name, ask, io),
    download: (ask) => handleExport(ask, io),
    close: async () => undefined,
  }
  const live = openLive({
    ...{ auth, runner, news: newsroom(), changeMark: () => '' },
    prices: {
      interval: async () => ({ ms: null, why: 'the bench has prices of its own' }),
      of: async () => ({ prices: new Map(), faults: [] }),
    },
    limits: { perUser: 20_000, connections: 20_000 },
  })
  const app = await buildServer({
    ...{ auth, runner, live, isOurs, changeMark: () => store.changeMark(), proxies: [], local: true },
    own: {
      ...own,
      ...live.own,
      live: async () => ({ status: 'ok' }),
      ready: async () => ({ status: 'ok' }),
    },
    ...{ version: '0.0.0', onProblem: () => undefined },
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  return {
    ...{ app, live, token, names, port },
    close: async () => {
      live.close()
      close()
      await app.close()
      await store.close()
    },
  }
}

/** What a thread would answer for a portfolio of some of the assets. */
function madeUp(portfolio: string, names: readonly AssetId[], holdings: number): Uint8Array {
  const random = randomOf(Number(portfolio.slice(1)) + 1)
  const first = Math.floor(random() * names.length)
  const hours = Array.from({ length: 25 }, (_, hour) => 10_000 + hour)
  const basis: LiveBasis = {
    ...{ portfolio, quote: USD, hour: hourOf(NOW), value: hours, pnl: hours, cameIn: hours.map(() => 0) },
    wallets: 0,
    assets: Array.from({ length: holdings }, (_, at) => {
      const quantity = random() * 100
      const price = 10 + random() * 1_000
      return {
        ...{ asset: names[(first + at) % names.length] as AssetId, symbol: `C${at}`, quantity, price },
        ...{ quality: 3, carryMs: 10_800_000, baseQuantity: quantity, basePrice: price },
        ...{ fixed: 0, flowed: 0, cameInValue: 0, cameInQuantity: 0 },
      }
    }),
  }
  return new TextEncoder().encode(JSON.stringify(basis))
}
