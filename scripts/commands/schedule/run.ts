import type { Config } from '#config/config.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import { schedule, type ScheduleRequest } from '#pipeline/jobs/schedule.ts'
import { publishPnl } from '#pipeline/jobs/publish-pnl.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { summaryText } from '../../cli/summary-text.ts'
import { beginJob, startLines, type Job } from '../../wiring/job.ts'
import { choosePortfolio } from '../../wiring/portfolio.ts'
import { markSettings } from '../../wiring/settings.ts'

/** Runs until it is told to stop: then it drains and ends with the exit code of the signal. */
export async function runSchedule(cli: Cli, config: Config, queue: boolean): Promise<Outcome> {
  cli.out.note(`Runs   at "${config.scheduleCron}" (UTC), and now`)
  const job = await beginJob(cli, config, { dryRun: false })
  try {
    const chosen = await choosePortfolio(cli, config, job.store)
    const place = chosen === null ? 'no portfolio: the top ten coins' : `portfolio "${chosen.portfolio.name}"`
    for (const line of startLines(config, place, job.logPath)) cli.out.note(line)
    await schedule(requestOf(cli, config, job, queue), job.io, job.emit, cli.stop.signal)
  } finally {
    await job.close()
  }
  return { exitCode: 0, text: null, document: () => ({ stopped: true }) }
}

function requestOf(cli: Cli, config: Config, job: Job, queue: boolean): ScheduleRequest {
  const portfolioNow = async () => (await choosePortfolio(cli, config, job.store))?.portfolio ?? null
  return {
    cron: config.scheduleCron,
    request: async () => {
      const portfolio = await portfolioNow()
      for (const { address } of portfolio?.wallets ?? []) job.own.add(address)
      const quote = portfolio?.baseCurrency ?? config.baseCurrency
      return { owner: cli.globals.owner, coins: null, assets: [], wallets: [], days: 7, portfolio, quote }
    },
    compute: async () => {
      const portfolio = await portfolioNow()
      if (portfolio === null) return
      // Brings the batches up to date, so that the next `pnl` only reads.
      const quote = portfolio.baseCurrency
      const now = Date.now()
      await pnlReport({ portfolio, quote, now }, job.store, markSettings(config))
      await publishPnl(portfolio, now, job.store, markSettings(config))
    },
    // As an event: bars are being drawn on the terminal, and what is written past them is drawn over.
    handOut: queue
      ? async (order, emit, signal) => {
          const { handOrder, handedText } = await import('../backfill/queue.ts')
          cli.out.note(handedText(await handOrder(config, job, order, emit, signal)))
        }
      : null,
    onRun: (summary: IngestSummary) =>
      job.emit({ type: 'notice', level: 'info', message: summaryText(summary).trimEnd() }),
  }
}
