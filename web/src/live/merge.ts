import type { QueryClient } from '@tanstack/react-query'
import type { Answer, ToldLive } from '../api/types.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>
type Figures = Extract<ToldLive, { type: 'snapshot' | 'delta' }>
type LiveAsset = Extract<ToldLive, { type: 'delta' }>['assets'][number]

const DASHBOARD = 'GET /portfolio/dashboard'
/** Calls whose answers are about one portfolio. */
const ABOUT_PORTFOLIOS = /^GET \/(portfolio|trades|assets)/

/** Brings what was told into the answers that are kept. */
export function merge(client: QueryClient, told: ToldLive): void {
  if (told.type === 'snapshot' || told.type === 'delta') mergeFigures(client, told)
  else if (told.type === 'hour' || told.type === 'changed') void renew(client, told.portfolio)
  else if (told.type === 'run' && told.state !== 'running')
    for (const call of ['GET /runs', 'GET /gaps', 'GET /providers'])
      void client.invalidateQueries({ queryKey: [call] })
}

/** Everything that was read of it is read anew; what is on the screen stays until then. */
export async function renew(client: QueryClient, portfolio: string | null): Promise<void> {
  await client.invalidateQueries({
    predicate: ({ queryKey }) =>
      ABOUT_PORTFOLIOS.test(String(queryKey[0])) && (portfolio === null || isAbout(queryKey[1], portfolio)),
  })
}

function isAbout(ask: unknown, portfolio: string): boolean {
  const asked = (ask as { query?: { portfolio?: string } } | undefined)?.query?.portfolio
  return asked === undefined || asked === portfolio
}

function mergeFigures(client: QueryClient, told: Figures): void {
  client.setQueriesData<Dashboard>({ queryKey: [DASHBOARD] }, (kept) =>
    kept === undefined || kept.portfolio !== told.portfolio || !isOlder(kept, told)
      ? kept
      : withFigures(kept, told),
  )
}

/** Of what was told until now the newest of each asset: a delta says only what changed since the message before. */
export function gather(before: Figures | null, told: Figures): Figures {
  if (told.type === 'snapshot' || before?.portfolio !== told.portfolio) return told
  const assets = new Map([...assetsOf(before), ...assetsOf(told)])
  return { ...told, assets: [...assets.values()] }
}

const assetsOf = (told: Figures): ReadonlyMap<string, LiveAsset> =>
  new Map((told.type === 'snapshot' ? told.top : told.assets).map((one) => [one.asset, one]))

/**
 * Answers that come anew are of the newest hour: what was told last goes into them at once, so that rows and total are of
 * the same prices. Until it is called off.
 */
export function keepMerged(client: QueryClient, newest: () => Figures | null): () => void {
  return client.getQueryCache().subscribe((event) => {
    const told = newest()
    const [call] = event.query.queryKey as readonly unknown[]
    if (told === null || event.type !== 'updated' || call !== DASHBOARD) return
    // What is put in by hand, as below, is merged already.
    if (event.action.type === 'success' && event.action.manual !== true) mergeFigures(client, told)
  })
}

/** A span that is over stays as it was; all others end with the newest hour, which is older than prices of now. */
function isOlder({ change }: Dashboard, { asOf }: Figures): boolean {
  return change.range !== 'custom' && change.to < asOf
}

/** @internal The first screen with figures that are newer than it. */
function withFigures(kept: Dashboard, told: Figures): Dashboard {
  const { asOf, total: value, quality, coverage, change24h } = told
  const assets = assetsOf(told)
  return {
    ...kept,
    asOf,
    total: { ...kept.total, value, quality, coverage, change24h },
    allocation: { ...kept.allocation, asset: kept.allocation.asset.map((slice) => withSlice(slice, assets)) },
    holdings: kept.holdings.map((holding) => withHolding(kept, holding, assets)),
  }
}

function withSlice<T extends { key: string }>(slice: T, assets: ReadonlyMap<string, LiveAsset>): T {
  const now = assets.get(slice.key)
  return now === undefined ? slice : { ...slice, value: now.value, share: now.share, quality: now.quality }
}

/** What is told is of all wallets together, so only a holding that is alone has its value in it. */
function withHolding(
  { holdings }: Dashboard,
  holding: Dashboard['holdings'][number],
  assets: ReadonlyMap<string, LiveAsset>,
): Dashboard['holdings'][number] {
  const now = assets.get(holding.asset)
  if (now === undefined || holdings.filter(({ asset }) => asset === holding.asset).length > 1) return holding
  return { ...holding, mark: now.price, value: now.value, quality: now.quality }
}
