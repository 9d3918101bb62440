import type { Config } from '#config/config.ts'
import { EXIT } from '#core/errors.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { planLines } from '../../cli/plan-text.ts'
import { summaryText, troubles } from '../../cli/summary-text.ts'
import { beginJob, startLines, type Job } from '../../wiring/job.ts'
import { keepStamp, mirrorStamp } from '../../wiring/mirror.ts'
import { writeAssetNames } from '../../wiring/names.ts'
import { choosePortfolio, type Chosen } from '../../wiring/portfolio.ts'
import { summaryDocument } from './summary-document.ts'

type Work = (job: Job, portfolio: Portfolio | null, signal: AbortSignal) => Promise<IngestSummary>

/** The frame of `ingest` and `backfill`: what is said before, the work, and the end summary. */
export async function runJob(cli: Cli, config: Config, dryRun: boolean, work: Work): Promise<Outcome> {
  const job = await beginJob(cli, config, { dryRun })
  try {
    const chosen = await choosePortfolio(cli, config, job.store)
    for (const { address } of chosen?.portfolio.wallets ?? []) job.own.add(address)
    for (const line of startLines(config, describe(chosen), job.logPath)) cli.out.note(line)
    const portfolio = chosen?.portfolio ?? null
    const stamp = portfolio === null ? null : mirrorStamp(config, portfolio)
    const summary = await work(job, portfolio, cli.stop.signal)
    job.settle()
    if (!dryRun) await writeAssetNames(job.store, config.dataDir)
    const ended = summary.outcome === 'complete' || summary.outcome === 'partial'
    if (!dryRun && ended && portfolio !== null && stamp !== null) keepStamp(config, portfolio, stamp)
    return outcomeOf(cli, summary)
  } finally {
    await job.close()
  }
}

function describe(chosen: Chosen | null): string {
  if (chosen === null)
    return 'no portfolio: what the flags name, else the top ten coins ("tidemark init" writes one)'
  return `portfolio "${chosen.portfolio.name}" (${chosen.place})`
}

/** The summary is the result of a dry run; after a run it is a note, and stdout stays for machines. */
function outcomeOf(cli: Cli, summary: IngestSummary): Outcome {
  const { exitCode } = summary
  const document = () => summaryDocument(summary)
  if (!summary.dryRun) {
    // A failure is said even to those who asked for quiet.
    const text = summaryText(summary).trimEnd()
    if (exitCode === EXIT.complete) cli.out.note(text)
    else cli.out.warn(text)
    return { exitCode, text: null, document }
  }
  const { plan } = summary
  const text = () =>
    plan === null
      ? summaryText(summary)
      : [...planLines(plan), ...troubles(summary), 'Nothing was written.'].join('\n')
  return { exitCode, text, document }
}
