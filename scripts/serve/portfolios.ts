import { basename } from 'node:path'
import type { Config } from '#config/config.ts'
import { LOCAL_OWNER, type Portfolio } from '#core/portfolio.ts'
import type { ApiIo } from '#delivery/api/types.ts'
import type { LedgerStore } from '#pipeline/ports.ts'
import { readText } from '../wiring/config.ts'
import { portfolioInForce } from '../wiring/portfolio.ts'

const PAGE = 1_000

/** The portfolio that the file in force says, as it is now; null where there is none. */
export async function portfolioOfFile(config: Config): Promise<Portfolio | null> {
  const path = portfolioInForce(config)
  const text = path === null ? null : readText(path, 'PORTFOLIO_INVALID')
  if (path === null || text === null) return null
  const { readPortfolio } = await import('#config/portfolio/read.ts')
  return readPortfolio(text, { path, owner: LOCAL_OWNER, now: Date.now() })
}

/** Its name and owner, and what its file is called. */
export async function placeOfFile(config: Config): Promise<ApiIo['portfolioFile']> {
  const path = portfolioInForce(config)
  const found = await portfolioOfFile(config)
  if (path === null || found === null) return null
  return { owner: found.owner, name: found.name, file: basename(path) }
}

/** A portfolio by its name, or for null the one there is; that of a file as the file says it now. */
export async function portfolioNamed(
  owner: string,
  name: string | null,
  config: Config,
  store: Pick<LedgerStore, 'portfolio' | 'portfolios'>,
): Promise<Portfolio | null> {
  const file = await portfolioOfFile(config)
  if (file?.owner === owner && (name === null || name === file.name)) return file
  if (name !== null) return store.portfolio(owner, name)
  return (await store.portfolios(owner))[0] ?? null
}

/** Those of everybody. */
export async function everyPortfolio(
  config: Config,
  store: Pick<LedgerStore, 'portfolioPage'>,
): Promise<Portfolio[]> {
  const file = await portfolioOfFile(config)
  const all: Portfolio[] = []
  for (let after: Portfolio | null = null; ;) {
    const page: Portfolio[] = await store.portfolioPage({ after, limit: PAGE })
    all.push(...page)
    after = page.at(-1) ?? null
    if (page.length < PAGE) break
  }
  if (file === null) return all
  const isOther = ({ owner, name }: Portfolio) => owner !== file.owner || name !== file.name
  return [file, ...all.filter(isOther)]
}
