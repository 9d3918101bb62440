import type { Config } from '#config/config.ts'
import { formatTime } from '#core/hour.ts'
import { Refusal } from '#delivery/api/problem.ts'
import type { OwnRoutes } from '#delivery/api/routes.ts'
import type { Store } from '#pipeline/ports.ts'
import { isInvented } from '../wiring/invented.ts'
import type { Pipeline } from './pipeline.ts'
import { placeOfFile } from './portfolios.ts'

/** Asks the pipeline for an ingest of one portfolio, or where there is none of the top ten coins. */
export function startRunOf(
  config: Config,
  store: Store,
  { runs, demo }: { readonly runs: Pipeline; readonly demo: boolean },
): NonNullable<OwnRoutes['startRun']> {
  return async ({ owner, query, body: { days } }) => {
    // In the demo the providers are invented too.
    if (isInvented(config.dataDir) && !demo)
      throw new Refusal(
        'CONFLICT',
        'Everything in this store is invented: real prices must not mix with it.',
        'Start the server over a data folder of your own.',
      )
    const portfolio = await nameOf(owner, query.portfolio, config, store)
    const run = await runs.ingest({ owner, portfolio, days })
    return { schemaVersion: 1, asOf: formatTime(Date.now()), accepted: true, run }
  }
}

/** @throws Refusal NOT_FOUND for one that is not theirs, INVALID where it has to be named */
async function nameOf(
  owner: string,
  asked: string | undefined,
  config: Config,
  store: Store,
): Promise<string | null> {
  const file = await placeOfFile(config)
  const stored = (await store.portfolios(owner)).map(({ name }) => name)
  const names = [...new Set([...(file?.owner === owner ? [file.name] : []), ...stored])]
  if (asked === undefined && names.length < 2) return names[0] ?? null
  if (asked === undefined)
    throw new Refusal(
      'INVALID',
      'There are several portfolios.',
      'Name one: ?portfolio=NAME (GET /portfolios).',
    )
  if (names.includes(asked)) return asked
  throw new Refusal('NOT_FOUND', 'There is no such portfolio.', 'GET /portfolios lists the ones there are.')
}
