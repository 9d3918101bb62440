import { parentPort, workerData } from 'node:worker_threads'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { LOCAL_OWNER, type Portfolio } from '#core/portfolio.ts'
import type { News } from '#delivery/api/live/news.ts'
import { problemOf } from '#delivery/api/problem.ts'
import { ingest } from '#pipeline/jobs/ingest/ingest.ts'
import type { IngestRequest } from '#pipeline/jobs/ingest/request.ts'
import { publishPnl } from '#pipeline/jobs/publish-pnl.ts'
import { schedule } from '#pipeline/jobs/schedule.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { scrub } from '../cli/secrets.ts'
import { openJob, type Job } from '../wiring/job.ts'
import { writeAssetNames } from '../wiring/names.ts'
import { rememberSecrets } from '../wiring/secrets-of.ts'
import { markSettings } from '../wiring/settings.ts'
import { everyPortfolio, portfolioNamed } from './portfolios.ts'
import type { FromJob, JobBoot, JobOrder } from './job-messages.ts'

type Work = Omit<Job, 'settle'>
const DAYS = 7

/** Runs the pipeline in a thread of its own, as its order says, until it ends or is told to stop. */
export async function runJobs(): Promise<void> {
  const { config, demo, order } = workerData as JobBoot
  rememberSecrets(config)
  const stop = new AbortController()
  parentPort?.once('message', () => stop.abort(stopped()))
  const owner = order.kind === 'ingest' ? order.owner : LOCAL_OWNER
  try {
    const job = await openJob(config, { dryRun: false, demo }, () => (event) => {
      news({ type: 'run', owner, event })
    })
    try {
      if (order.kind === 'ingest') await ingestOnce(order, config, job, stop.signal)
      else await scheduled(config, job, stop.signal)
    } finally {
      await job.close()
    }
    say({ done: true })
  } catch (error) {
    say({ failed: problemOf(error) })
  } finally {
    parentPort?.close()
  }
}

const say = (message: FromJob): void => parentPort?.postMessage(message)
const news = (told: News): void => say({ news: scrub(JSON.stringify(told)) })

async function ingestOnce(
  { owner, portfolio: name, days }: Extract<JobOrder, { kind: 'ingest' }>,
  config: Config,
  job: Work,
  signal: AbortSignal,
): Promise<void> {
  const portfolio = await portfolioNamed(owner, name, config, job.store)
  const wanted = wantedOf(owner, portfolio, days, config, job)
  const range = { from: null, to: null, mode: 'now', dryRun: false } as const
  await ingest({ ...wanted, ...range }, job.io, job.emit, signal)
  await writeAssetNames(job.store, config.dataDir)
  if (portfolio !== null && !signal.aborted) await compute(portfolio, config, job)
}

async function scheduled(config: Config, job: Work, signal: AbortSignal): Promise<void> {
  const all = () => everyPortfolio(config, job.store)
  await schedule(
    {
      cron: config.scheduleCron,
      request: async function* () {
        const portfolios = await all()
        if (portfolios.length === 0) yield wantedOf(LOCAL_OWNER, null, DAYS, config, job)
        for (const portfolio of portfolios) yield wantedOf(portfolio.owner, portfolio, DAYS, config, job)
      },
      compute: async (leased) => {
        for (const portfolio of await all()) if (!leased.aborted) await compute(portfolio, config, job)
      },
      onNext: (next) => say({ next }),
    },
    job.io,
    job.emit,
    signal,
  )
}

function wantedOf(
  owner: string,
  portfolio: Portfolio | null,
  days: number,
  config: Config,
  { own }: Work,
): Omit<IngestRequest, 'mode' | 'dryRun' | 'from' | 'to'> {
  // What moves between wallets of two people is no transfer.
  own.clear()
  for (const { address } of portfolio?.wallets ?? []) own.add(address)
  const quote = portfolio?.baseCurrency ?? config.baseCurrency
  return { owner, coins: null, assets: [], wallets: [], days, portfolio, quote }
}

/** Brings a portfolio's batches up to date, so that whoever looks next only reads. */
async function compute(portfolio: Portfolio, config: Config, { store }: Work): Promise<void> {
  const { owner, name, baseCurrency: quote } = portfolio
  const now = Date.now()
  const report = await pnlReport({ portfolio, quote, now }, store, markSettings(config))
  await publishPnl(portfolio, now, store, markSettings(config))
  news({ type: 'hour', owner, portfolio: name, hour: report.to })
}

const stopped = (): TidemarkError =>
  new TidemarkError('TERMINATED', {
    message: 'The server was stopped before the end.',
    fix: 'Start it again, or run "tidemark ingest"; it goes on where it stopped.',
  })
