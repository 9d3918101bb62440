import type { Command } from 'commander'
import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { addHours, formatTime, hourOf } from '#core/hour.ts'
import { plain } from '#core/number.ts'
import { displayPrice, MISSING_TEXT } from '#delivery/number.ts'
import { checkPrices, type PriceCheck, type SourceCheck } from '#pipeline/queries/check-prices.ts'
import type { Dispute } from '#pnl/marks/dispute.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import { assetOption } from '../../cli/options.ts'
import type { Outcome } from '../../cli/output.ts'
import { wholeNumber } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { beginJob } from '../../wiring/job.ts'

type Options = { asset?: AssetId[]; days: number; quote?: string }

/** Disputed hours that the table lists; `--json` has all of them. */
const SHOWN = 20

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark prices check --asset bitcoin --days 30', 'all configured sources, hour by hour'],
    ["tidemark prices check --asset usd-coin --json | jq '.checks[].disputes'", ''],
  ])
  assetOption(command)
    .option('--days <n>', 'days up to now', wholeNumber('--days', 1, 366), 30)
    .option('--quote <code>', 'currency they are quoted in (default: base currency)')
    .action(act(run))
}

const percent = (fraction: number | null): string =>
  fraction === null ? MISSING_TEXT : `${Number((fraction * 100).toPrecision(3))} %`

const SOURCES: List<SourceCheck & { readonly asset: string }> = {
  name: 'sources',
  columns: [
    { head: 'asset', text: ({ asset }) => asset },
    { head: 'source', text: ({ provider }) => provider },
    { head: 'hours', number: true, text: ({ hours, of }) => `${hours} of ${of}` },
    { head: 'shared', number: true, text: ({ shared }) => String(shared) },
    { head: 'median', number: true, text: ({ median }) => percent(median) },
    { head: 'most', number: true, text: ({ most }) => percent(most?.apart ?? null) },
    { head: 'at (UTC)', text: ({ most }) => (most === null ? '' : formatTime(most.hour)) },
    { head: 'disputed', number: true, text: ({ disputed }) => String(disputed) },
    { head: '', text: ({ note }) => note ?? '' },
  ],
  document: (row) => row,
  empty: '',
}

const DISPUTES: List<Dispute & { readonly asset: string }> = {
  name: 'disputes',
  columns: [
    { head: 'disputed', text: ({ asset }) => asset },
    { head: 'hour (UTC)', text: ({ hour }) => formatTime(hour) },
    {
      head: 'first',
      number: true,
      text: ({ providers, prices }) => `${providers[0]} ${displayPrice(prices[0])}`,
    },
    {
      head: 'second',
      number: true,
      text: ({ providers, prices }) => `${providers[1]} ${displayPrice(prices[1])}`,
    },
    { head: 'stands', text: ({ providers, stands }) => providers[stands] },
  ],
  document: (row) => row,
  empty: '',
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  const { asset: assets = [], days } = options
  if (assets.length === 0) {
    throw new TidemarkError('USAGE', {
      message: '"prices check" needs to know which prices to compare.',
      fix: 'Name an asset: tidemark prices check --asset bitcoin.',
    })
  }
  const config = readConfig(cli)
  const job = await beginJob(cli, config, { dryRun: true })
  try {
    const { store, now: clock, marks, prices, useTokens } = job.io
    useTokens?.((await store.tokens()).tokens)
    const now = clock()
    const to = hourOf(now)
    const quote = (options.quote?.toLowerCase() ?? config.baseCurrency) as Quote
    const sources = prices.map(({ source }) => source)
    const checks: PriceCheck[] = []
    for (const asset of assets) {
      const ask = { asset, quote, from: addHours(to, -24 * days), to, now }
      checks.push(await checkPrices(ask, { store, marks, prices: sources }, cli.stop.signal))
    }
    return outcomeOf(cli, checks)
  } finally {
    await job.close()
  }
}

/** Exit 3 where an asset has no price at all, or a source could not be asked. */
function outcomeOf(cli: Cli, checks: readonly PriceCheck[]): Outcome {
  const rows = checks.flatMap(({ asset, sources }) => sources.map((source) => ({ asset, ...source })))
  const disputes = checks.flatMap(({ asset, disputes: own }) => own.map((dispute) => ({ asset, ...dispute })))
  return {
    exitCode: checks.some(({ against }) => against === null) ? 3 : 0,
    text: async () => {
      const tables = [await listTable(cli, SOURCES, rows)]
      if (disputes.length > 0) tables.push(await listTable(cli, DISPUTES, disputes.slice(0, SHOWN)))
      if (disputes.length > SHOWN)
        cli.out.note(`${disputes.length - SHOWN} more disputed hours: --json lists all.`)
      return tables.join('\n\n')
    },
    document: () => ({ checks: checks.map(documentOf) }),
  }
}

/** A check as machines read it: distances as fractions, prices as decimal text. */
function documentOf({ from, to, sources, disputes, ...check }: PriceCheck): object {
  return {
    ...check,
    from: formatTime(from),
    to: formatTime(to),
    sources: sources.map(({ most, ...source }) => ({
      ...source,
      most: most === null ? null : { apart: most.apart, hour: formatTime(most.hour) },
    })),
    disputes: disputes.map(({ hour, providers, prices, stands }) => ({
      hour: formatTime(hour),
      providers,
      prices: prices.map(plain),
      stands: providers[stands],
    })),
  }
}
