import type { Config } from '#config/config.ts'
import { formatTime } from '#core/hour.ts'
import type { Order } from '#pipeline/jobs/ingest/prepare.ts'
import type { Emit } from '#pipeline/events.ts'
import { backfillOrder, type BackfillRequest } from '#pipeline/jobs/backfill.ts'
import { withLease } from '#pipeline/jobs/lease.ts'
import { handOut, type HandedOut } from '#pipeline/queue/hand-out.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { beginJob, startLines, type Job } from '../../wiring/job.ts'
import { keepStamp, mirrorStamp } from '../../wiring/mirror.ts'
import { writeAssetNames } from '../../wiring/names.ts'
import { choosePortfolio } from '../../wiring/portfolio.ts'
import { openQueue } from '../../wiring/queue.ts'

/** Hands out what a backfill would do. */
export async function queueBackfill(
  cli: Cli,
  config: Config,
  requestOf: (portfolio: BackfillRequest['portfolio']) => BackfillRequest,
): Promise<Outcome> {
  const job = await beginJob(cli, config, { dryRun: false })
  try {
    const chosen = await choosePortfolio(cli, config, job.store)
    const place = chosen === null ? 'everything stored' : `portfolio "${chosen.portfolio.name}"`
    for (const line of startLines(config, place, job.logPath)) cli.out.note(line)
    const portfolio = chosen?.portfolio ?? null
    const stamp = portfolio === null ? null : mirrorStamp(config, portfolio)
    const request = requestOf(portfolio)
    const handed = await withLease(job.io, cli.stop.signal, async (leased) =>
      handOrder(config, job, await backfillOrder(request, job.io), job.emit, leased),
    )
    job.settle()
    await writeAssetNames(job.store, config.dataDir)
    const ended = handed.outcome === 'complete' || handed.outcome === 'partial'
    if (ended && portfolio !== null && stamp !== null) keepStamp(config, portfolio, stamp)
    cli.out.note(handedText(handed))
    return { exitCode: handed.exitCode, text: null, document: () => documentOf(handed) }
  } finally {
    await job.close()
  }
}

/** Hands out one order. The lease is the caller's. */
export async function handOrder(
  config: Config,
  job: Job,
  order: Order,
  emit: Emit,
  signal: AbortSignal,
): Promise<HandedOut> {
  const queue = await openQueue(config, job.store)
  try {
    return await handOut(order, job.io, queue, emit, signal)
  } finally {
    await queue.close()
  }
}

/** What was handed out, in two lines at most. */
export function handedText({ added, present, parked, prices, wallets, portfolios }: HandedOut): string {
  const what = `${prices} months of prices, ${wallets} wallets, ${portfolios} portfolios`
  const lines = [`Queued  ${added} of ${what}; ${present} were there already`]
  if (parked > 0) lines.push(`Parked  ${parked} of them stay parked: see "tidemark jobs --state parked"`)
  return lines.join('\n')
}

function documentOf(handed: HandedOut): object {
  const { started, finished, window, ...rest } = handed
  return {
    ...rest,
    from: formatTime(window.from),
    to: formatTime(window.to),
    started: formatTime(started),
    finished: formatTime(finished),
  }
}
