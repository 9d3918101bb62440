import { onTestFinished } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { HOUR_MS, hourOf } from '#core/hour.ts'
import { newsroom } from '#delivery/api/live/newsroom.ts'
import { openLive } from '#delivery/api/live/open.ts'
import type { Store } from '#pipeline/ports.ts'
import { gapOf, runOf, suspectOf } from '#tests/storage/support/values.ts'
import { account, authStand, NOON, signIn, type Stand, type StandOptions } from '../auth/stand.ts'

/** Ada's wallet; nobody else's. */
export const WALLET = '0xd8da6bf26964af9d7eed9e03e53415d37aa96045'

/** Who asks, by the access token of each; `nobody` has none. */
export type Who = 'ada' | 'bob' | 'eve' | 'shared' | 'hidden' | 'nobody'
export type World = Stand & {
  readonly as: Readonly<Record<Who, string | undefined>>
  /** Parameters that name something of ada's, as `route.parameter` or for all routes. */
  readonly ids: Readonly<Record<string, string>>
}

/**
 * A server with three accounts and two links: ada looks after it, bob has a portfolio of his own, eve sees what is ada's
 * and changes nothing; the links show ada's portfolio, one of them without amounts. Only ada's has wallets and flows.
 */
export async function world(more: StandOptions = {}): Promise<World> {
  const stand = await authStand({ serving: withLive, ...more })
  await account(stand, 'ada', 'admin')
  await account(stand, 'bob')
  await stand.accounts.add({
    name: 'eve',
    password: 'canary-password-Zk41-vq',
    role: 'viewer',
    shares: 'ada',
  })
  await fill(stand.store)
  const [ada, bob, eve] = [
    (await signIn(stand, 'ada')).accessToken,
    (await signIn(stand, 'bob')).accessToken,
    (await signIn(stand, 'eve')).accessToken,
  ]
  const idOf = async (what: string, body: object) =>
    (await stand.ask(what, { as: ada, body })).json()['id'] as string
  const shown = async (hideAmounts: boolean) => {
    const made = await stand.ask('POST /shares', { as: ada, body: { portfolio: 'ada', hideAmounts } })
    const token = String(made.json()['link']).slice('/#share='.length)
    const opened = await stand.ask('POST /session/share', { body: { token } })
    return opened.json()['accessToken'] as string
  }
  return {
    ...stand,
    as: { ada, bob, eve, shared: await shown(false), hidden: await shown(true), nobody: undefined },
    ids: {
      name: 'bob',
      address: WALLET,
      asset: 'bitcoin',
      'revokeToken.id': await idOf('POST /tokens', { label: 'x' }),
      'revokeShare.id': await idOf('POST /shares', { portfolio: 'ada' }),
    },
  }
}

/** With the tickets of WebSockets, as the program has them; prices of now come from nowhere. */
export const withLive: NonNullable<StandOptions['serving']> = (server, { auth, store }) => {
  const live = openLive({
    ...{ auth, runner: server.runner, news: newsroom(), now: () => NOON },
    prices: {
      interval: async () => ({ ms: null, why: 'nobody asks' }),
      of: async () => ({ prices: new Map(), faults: [] }),
    },
    changeMark: () => store.changeMark(),
  })
  onTestFinished(() => live.close())
  return { ...server, live, own: { ...server.own, ...live.own } }
}

/** Prices of 40 days, a gap, a sample kept aside, two flows, a wallet, a run. */
async function fill(store: Store): Promise<void> {
  const hours = 24 * 40
  const from = hourOf(NOON - (hours - 1) * HOUR_MS)
  for (const [rank, asset] of (['bitcoin', 'ethereum', 'secret-coin'] as AssetId[]).entries()) {
    const prices = Array.from({ length: hours }, (_, at) => 100 * (rank + 1) + ((at * 7) % 37))
    const run = { ...runOf(prices), asset, from }
    const suspects = [suspectOf(NOON - 50 * HOUR_MS, { asset })]
    const gaps = [
      { ...gapOf(0, 1), asset, from: hourOf(NOON - 60 * HOUR_MS), to: hourOf(NOON - 58 * HOUR_MS) },
    ]
    await store.writePrices([{ run, suspects, gaps }])
  }
  const [ada] = await store.portfolios('local')
  if (ada === undefined) throw new Error('ada has no portfolio')
  await store.writePortfolio({
    ...ada,
    wallets: [{ address: WALLET, label: 'cold', chains: ['ethereum'] }],
  })
  await store.importFlows({
    ...{ owner: 'local', book: 'portfolio:ada', source: 'hand', file: null, mode: 'add', at: NOON },
    flows: [[flowOf('f1', 'ethereum', '3', 'buy', 300), flowOf('f2', 'ethereum', '-1', 'sell', 40)]],
  })
  await store.writeRun({
    ...{ id: 'run-1', command: 'ingest', started: NOON - HOUR_MS, finished: NOON - HOUR_MS + 5_000 },
    ...{ outcome: 'complete', exitCode: 0, summary: '{}' },
  })
}

const flowOf = (id: string, asset: string, quantity: string, kind: Flow['kind'], hoursAgo: number): Flow => ({
  ...UNDETAILED,
  ...{ id, owner: 'local', book: 'portfolio:ada', source: 'hand', time: NOON - hoursAgo * HOUR_MS },
  ...{ asset: asset as AssetId, quantity, kind, unitPrice: '90', wallet: 'kraken', tx: id },
})
