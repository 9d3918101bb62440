import { basename } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { Config } from '#config/config.ts'
import type { RouteName } from '#delivery/api/contract.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import { handle } from '#delivery/api/handle.ts'
import { delivered, type Delivered } from '#delivery/api/told.ts'
import type { ApiIo, Ask, Reply } from '#delivery/api/types.ts'
import { readText } from '../wiring/config.ts'
import { isInvented } from '../wiring/invented.ts'
import { portfolioInForce } from '../wiring/portfolio.ts'
import { markSettings } from '../wiring/settings.ts'
import { openForQuery } from '../wiring/store.ts'

export type Task = { readonly name: RouteName; readonly ask: Ask<RouteName> }

let opening: Promise<ApiIo> | null = null

/** Answers one request in a thread of its own, with a store of its own that stays open. */
export async function answer({ name, ask }: Task): Promise<Delivered<Reply>> {
  return delivered(async () => handle(name, ask, await (opening ??= open())))
}

async function open(): Promise<ApiIo> {
  const config = workerData as Config
  try {
    const { store } = await openForQuery(config)
    return {
      store,
      settings: markSettings(config),
      baseCurrency: config.baseCurrency,
      portfolioFile: await fileOf(config),
      invented: isInvented(config.dataDir),
      now: Date.now,
    }
  } catch (error) {
    // The next request tries again: the store may only be made later.
    opening = null
    throw error
  }
}

/** The portfolio file in force, by the name that it gives. */
async function fileOf(config: Config): Promise<ApiIo['portfolioFile']> {
  const path = portfolioInForce(config)
  const text = path === null ? null : readText(path, 'PORTFOLIO_INVALID')
  if (path === null || text === null) return null
  const { readPortfolio } = await import('#config/portfolio/read.ts')
  const { owner, name } = readPortfolio(text, { path, owner: LOCAL_OWNER, now: Date.now() })
  return { owner, name, file: basename(path) }
}
