import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { BackfillRequest } from '#pipeline/jobs/backfill.ts'
import { MOST_SHARDS, parseShard, type Shard } from '#pipeline/queue/shard.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { checkRange } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { timeOption } from '../cli/times.ts'
import { assetList, usage } from '../cli/values.ts'
import { sayVersion } from '../cli/version.ts'
import { readConfig } from '../wiring/config.ts'
import { redisUrlOf } from '../wiring/queue.ts'

type Options = { asset?: AssetId[]; from?: number; to?: number; dryRun?: true; shard?: Shard; queue?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark backfill', 'everything the store is meant to hold, oldest gap first'],
    ['tidemark backfill --dry-run', 'how many calls that takes'],
    ['tidemark backfill --asset bitcoin --from 2025-01-01', ''],
    ['tidemark backfill --queue', 'let the workers do it (needs REDIS_URL)'],
    ['tidemark backfill --shard 3/16', 'the third of sixteen runs that share the work, on as many machines'],
    ['tidemark backfill --shard $((JOB_COMPLETION_INDEX + 1))/16', 'in an indexed Kubernetes Job'],
  ])
    .option('--asset <id...>', 'only these assets', assetList)
    .option(
      '--from <time>',
      'first hour, UTC (default: where each asset is first needed)',
      timeOption('--from'),
    )
    .option('--to <time>', 'last hour, included (default: now)', timeOption('--to'))
    .option(
      '--shard <i/n>',
      'only the i-th of n equal shares of the assets and wallets, i from 1',
      shardOption,
    )
    .addOption(
      new Option('--queue', 'hand the work out to "tidemark worker" instead of doing it').conflicts('shard'),
    )
    .option('-n, --dry-run', 'print the plan and its cost; write nothing')
    .action(act(run))
}

function shardOption(text: string): Shard {
  const shard = parseShard(text)
  if (shard !== null) return shard
  throw usage(
    `--shard "${text}" is no share of the work.`,
    `Write which of how many, from 1: --shard 3/16; ${MOST_SHARDS} shares at most.`,
  )
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  checkRange(options)
  const config = readConfig(cli)
  const dryRun = options.dryRun ?? false
  if (options.queue) redisUrlOf(config)
  sayVersion(cli)
  const requestOf = (portfolio: Portfolio | null): BackfillRequest => ({
    owner: cli.globals.owner,
    assets: options.asset ?? [],
    from: options.from ?? null,
    to: options.to ?? null,
    portfolio,
    quote: portfolio?.baseCurrency ?? config.baseCurrency,
    dryRun,
    shard: options.shard ?? null,
  })
  // Its plan and its cost are the same, whoever carries it out.
  if (options.queue && !dryRun) {
    const { queueBackfill } = await import('./backfill/queue.ts')
    return queueBackfill(cli, config, requestOf)
  }
  const [{ runJob }, { backfill }] = await Promise.all([
    import('./ingest/run.ts'),
    import('#pipeline/jobs/backfill.ts'),
  ])
  return runJob(cli, config, dryRun, (job, portfolio, signal) =>
    backfill(requestOf(portfolio), job.io, job.emit, signal),
  )
}
