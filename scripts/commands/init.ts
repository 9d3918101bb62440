import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '#config/config.ts'
import { portfolioTemplate } from '#config/portfolio/template.ts'
import { TidemarkError } from '#core/errors.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig, storeFile } from '../wiring/config.ts'
import { PORTFOLIO_FILE } from '../wiring/portfolio.ts'
import { openForJob, openForReading, storeLabel } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark init', 'portfolio.yaml here, and the store'],
    ['tidemark init --portfolio ~/dao.yaml', 'a portfolio elsewhere'],
    ['tidemark init --data-dir ./data', 'the store elsewhere'],
  ]).action(act(init))
}

/** Writes what is not there yet and leaves alone what is, so it can be run at any time. */
async function init(cli: Cli): Promise<Outcome> {
  const config = readConfig(cli)
  const portfolio = config.portfolioFile ?? join(process.cwd(), PORTFOLIO_FILE)
  const store = storeLabel(config)
  const hadStore = await isThere(config)
  await (await openForJob(config, true)).close()
  const wrote = writeUnlessThere(portfolio, portfolioTemplate())
  const said = (path: string, isNew: boolean, isServer = false) =>
    `${isNew ? 'wrote   ' : 'kept    '}  ${isServer ? path : shown(path)}`
  return {
    exitCode: 0,
    text: () =>
      [
        said(portfolio, wrote),
        said(store, !hadStore, config.storage !== 'embedded'),
        `next:     edit ${shown(portfolio)}, then run "tidemark ingest" and "tidemark pnl"`,
      ].join('\n'),
    document: () => ({
      portfolio: { path: portfolio, created: wrote },
      store: { path: store, created: !hadStore },
    }),
  }
}

async function isThere(config: Config): Promise<boolean> {
  if (config.storage === 'embedded') return existsSync(storeFile(config.dataDir))
  try {
    await (await openForReading(config)).close()
    return true
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'NOT_INITIALISED') return false
    throw error
  }
}

function writeUnlessThere(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
