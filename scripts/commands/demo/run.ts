import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { EXIT } from '#core/errors.ts'
import { pnlDocument } from '#delivery/pnl-json.ts'
import { renderPnlTable } from '#delivery/pnl-table.ts'
import { ingest } from '#pipeline/jobs/ingest/ingest.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { summaryText } from '../../cli/summary-text.ts'
import { startSimulator, type Simulator } from '../../simulator/server.ts'
import { claimForDemo, isServable, markServable } from '../../wiring/invented.ts'
import { beginJob, type Job } from '../../wiring/job.ts'
import { markSettings } from '../../wiring/settings.ts'
import type { Market } from '../../simulator/market.ts'
import type { DemoOptions } from '../demo.ts'
import { demoFlows, demoMarket, demoPortfolio } from './market.ts'

const KEY = 'invented-key-of-the-demo'

/** Hours that are brought in: enough for a table, or for a page with its ranges. */
const DAYS = { table: 7, page: 90 }

/**
 * The real pipeline over HTTP against a server in this process, in a data folder of its own. No `.env`, no key and no
 * setting of the environment reaches it.
 */
export async function runDemo(cli: Cli, { serve, port, open }: DemoOptions): Promise<Outcome> {
  const dataDir = resolve(cli.globals.dataDir ?? demoFolder())
  cli.out.note(`tidemark demo: an invented market on 127.0.0.1, kept in ${dataDir}`)
  const market = demoMarket(Date.now())
  const simulator = await startSimulator({ market, alliumKey: KEY })
  const config = configFor(dataDir, simulator)
  try {
    if (!serve) return await pullAndValue(cli, config, claimed(cli, dataDir, market))
    if (!isServable(dataDir)) await bringIn(cli, config, claimed(cli, dataDir, market))
    cli.out.invented = true
    const { serveStore } = await import('../../serve/serve.ts')
    const options = { host: '127.0.0.1', port, threads: 2, ...(open ? { open } : {}) }
    return await serveStore(cli, config, options, true)
  } finally {
    await simulator.close()
  }
}

/** Empties the folder for a new demo. @returns its portfolio */
function claimed(cli: Cli, dataDir: string, market: Market): Portfolio {
  claimForDemo(dataDir)
  cli.out.invented = true
  const flowsFile = join(dataDir, 'flows.csv')
  writeFileSync(flowsFile, demoFlows(market, Date.now()))
  return demoPortfolio(cli.globals.owner, flowsFile)
}

/** What a page shows, computed once before anybody looks. */
async function bringIn(cli: Cli, config: Config, portfolio: Portfolio): Promise<void> {
  const job = await beginJob(cli, config, { dryRun: false, demo: true })
  try {
    const summary = await pull(cli, job, portfolio, DAYS.page)
    const quote = portfolio.baseCurrency
    await pnlReport({ portfolio, quote, now: Date.now() }, job.store, markSettings(config))
    if (summary.exitCode === EXIT.complete) markServable(config.dataDir)
  } finally {
    await job.close()
  }
}

async function pullAndValue(cli: Cli, config: Config, portfolio: Portfolio): Promise<Outcome> {
  const job = await beginJob(cli, config, { dryRun: false, demo: true })
  try {
    const summary = await pull(cli, job, portfolio, DAYS.table)
    job.settle()
    cli.out.note(summaryText({ ...summary, next: '' }).trimEnd())
    const report = await pnlReport(
      { portfolio, quote: portfolio.baseCurrency, days: 7, now: Date.now() },
      job.store,
      markSettings(config),
    )
    const { width, colour } = cli.out
    const next =
      'That was invented. For real prices: "tidemark ingest", then "tidemark pnl"; "tidemark init" writes a portfolio.'
    return {
      exitCode:
        summary.exitCode !== EXIT.complete || report.gaps.length === 0 ? summary.exitCode : EXIT.someMissing,
      text: () =>
        `${renderPnlTable(report, { width, colour: colour.stdout, sparkline: width !== null })}\n\n${next}`,
      document: () => pnlDocument(report),
    }
  } finally {
    await job.close()
  }
}

function pull(cli: Cli, job: Job, portfolio: Portfolio, days: number): Promise<IngestSummary> {
  for (const { address } of portfolio.wallets) job.own.add(address)
  return ingest(
    {
      owner: cli.globals.owner,
      coins: 10,
      assets: [],
      wallets: [],
      from: null,
      to: null,
      days,
      portfolio,
      quote: portfolio.baseCurrency,
      mode: 'now',
      dryRun: false,
    },
    job.io,
    job.emit,
    cli.stop.signal,
  )
}

/** Beside the folder of real data, never in it. */
function demoFolder(): string {
  const xdg = process.env['XDG_DATA_HOME']
  const home = xdg?.startsWith('/') ? xdg : join(homedir(), '.local/share')
  return join(home, 'tidemark-demo')
}

function configFor(dataDir: string, simulator: Simulator): Config {
  return loadConfig({
    envFile: null,
    env: {
      TIDEMARK_DATA_DIR: dataDir,
      COINGECKO_BASE_URL: simulator.coingeckoUrl,
      COINGECKO_RATE: '10000',
      ALLIUM_API_KEY: KEY,
      ALLIUM_BASE_URL: simulator.alliumUrl,
      ALLIUM_RATE: '10000',
    },
  })
}
