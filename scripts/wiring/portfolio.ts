import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { LedgerStore } from '#pipeline/ports.ts'
import type { Cli } from '../cli/context.ts'
import { readText } from './config.ts'
import { isInvented, mixed } from './invented.ts'
import { mirrorFlows } from './mirror.ts'

/** Written by `init` and found without being named. */
export const PORTFOLIO_FILE = 'portfolio.yaml'

const STORED = 'stored'

/** The portfolio a command works on, and in words where it was found. */
export type Chosen = { readonly portfolio: Portfolio; readonly place: string }
type Stored = Pick<LedgerStore, 'portfolio' | 'portfolios'>

/**
 * Which portfolio: the file that a flag or setting names, else `portfolio.yaml` in the working directory, else the
 * one that is stored. `--portfolio` also takes the name of a stored one. In the demo's folder only what is stored.
 * @returns null when there is none at all
 * @throws TidemarkError PORTFOLIO_INVALID for a file that is missing or faulty; USAGE when several are stored
 */
export async function choosePortfolio(
  cli: Cli,
  config: Config,
  store: Stored | null,
): Promise<Chosen | null> {
  const { owner, portfolio: given } = cli.globals
  if (isInvented(config.dataDir)) return inventedPortfolio(cli, config, store)
  const named = config.portfolioFile
  if (named !== null) {
    const text = readText(named, 'PORTFOLIO_INVALID')
    if (text !== null) return fromText(text, named, owner)
    const stored = given === null ? null : await store?.portfolio(owner, given)
    if (stored) return { portfolio: stored, place: STORED }
    throw new TidemarkError('PORTFOLIO_INVALID', {
      message: `There is no portfolio file ${named}.`,
      fix: 'Check --portfolio and TIDEMARK_PORTFOLIO, or run "tidemark init" to write a portfolio to edit.',
    })
  }
  const here = portfolioInForce(config)
  const text = here === null ? null : readText(here, 'PORTFOLIO_INVALID')
  if (here !== null && text !== null) return fromText(text, here, owner)
  return fromStore((await store?.portfolios(owner)) ?? [])
}

/** The file that says which portfolio: the one named, else the one in the working directory; null for neither. */
export function portfolioInForce(config: Config): string | null {
  if (isInvented(config.dataDir)) return null
  if (config.portfolioFile !== null) return config.portfolioFile
  const here = join(process.cwd(), PORTFOLIO_FILE)
  return existsSync(here) ? here : null
}

/**
 * The demo's folder answers about the demo's portfolio alone: one's own valued at invented prices would look real.
 * @throws TidemarkError USAGE when `--portfolio` names another one
 */
async function inventedPortfolio(cli: Cli, config: Config, store: Stored | null): Promise<Chosen | null> {
  const { owner, portfolio: given } = cli.globals
  if (given === null) return fromStore((await store?.portfolios(owner)) ?? [])
  const stored = await store?.portfolio(owner, given)
  if (!stored) throw mixed(config.dataDir)
  return { portfolio: stored, place: STORED }
}

async function fromText(text: string, path: string, owner: string): Promise<Chosen> {
  // The YAML parser costs a quarter of a cold `pnl`: loaded only where there is a file to read.
  const { readPortfolio } = await import('#config/portfolio/read.ts')
  return { portfolio: readPortfolio(text, { path, owner, now: Date.now() }), place: path }
}

function fromStore(stored: readonly Portfolio[]): Chosen | null {
  const [first, second] = stored
  if (first === undefined) return null
  if (second === undefined) return { portfolio: first, place: STORED }
  throw new TidemarkError('USAGE', {
    message: `${stored.length} portfolios are stored: ${stored.map(({ name }) => name).join(', ')}.`,
    fix: 'Name one with --portfolio.',
  })
}

/**
 * The portfolio that a question is about. One from a file is stored as it stands now, with its flows file, so that an
 * edit counts at once; a store that cannot be written answers with what it has, and says so.
 */
export async function portfolioToRead(
  cli: Cli,
  config: Config,
  { store, writable }: { store: LedgerStore; writable: boolean },
): Promise<Portfolio | null> {
  const chosen = await choosePortfolio(cli, config, store)
  if (chosen === null || chosen.place === STORED) return chosen?.portfolio ?? null
  if (writable) await mirrorFlows(config, store, chosen.portfolio)
  else if (chosen.portfolio.flowsFile !== null) {
    cli.out.warn('! The store is read-only: flows are those of the last "tidemark ingest".')
  }
  return chosen.portfolio
}

/**
 * The portfolio that flows are entered into, stored so that later commands find it. Where there is none at all, an
 * empty one called `main` is made, unless this is a dry run.
 */
export async function portfolioToWrite(
  cli: Cli,
  config: Config,
  store: LedgerStore,
  dryRun: boolean,
): Promise<Portfolio> {
  const chosen = await choosePortfolio(cli, config, store)
  const portfolio: Portfolio = chosen?.portfolio ?? {
    owner: cli.globals.owner,
    name: 'main',
    baseCurrency: config.baseCurrency,
    wallets: [],
    holdings: [],
    flowsFile: null,
  }
  if (chosen === null)
    cli.out.note('There was no portfolio: its name is "main" now ("tidemark init" writes a file).')
  if (!dryRun) await store.writePortfolio(portfolio)
  return portfolio
}
