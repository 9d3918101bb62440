import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { EXIT, TidemarkError } from '#core/errors.ts'
import type { PnlMode, Store } from '#pipeline/ports.ts'
import type { Every } from '#pipeline/queries/pnl-range.ts'
import type { By } from '#pipeline/queries/pnl-by.ts'
import type { PnlReport } from '#pipeline/queries/pnl-report.ts'
import { pnlReport, type PnlRequest } from '#pipeline/queries/pnl.ts'
import { pnlDocument } from '#delivery/pnl-json.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { checkRange, rangeOptions, type RangeOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { assetList, usage } from '../cli/values.ts'
import { readConfig } from '../wiring/config.ts'
import { portfolioToRead } from '../wiring/portfolio.ts'
import { markSettings } from '../wiring/settings.ts'
import { openForQuery } from '../wiring/store.ts'

type Options = RangeOptions & {
  mode?: PnlMode
  asset?: AssetId[]
  every?: Every
  by?: By
  explain?: true
  rebuild?: true
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark pnl', 'the last seven days, by token and hour'],
    ['tidemark pnl --days 30 --every 1d', 'one row a day'],
    ['tidemark pnl --asset bitcoin --from 2026-11-01 --to 2026-11-08', ''],
    ['tidemark pnl --by wallet', 'what each wallet made; also chain, asset, category'],
    ['tidemark pnl --explain --asset bitcoin --to 2026-11-07T14:00Z', 'every number behind one hour'],
    ["tidemark pnl --json | jq '.total.pnl[-1]'", ''],
  ])
  rangeOptions(command)
    .addOption(
      new Option(
        '--mode <mode>',
        'snapshot: as if today’s quantities were always held; flows: as they changed (default: flows where any are known)',
      ).choices(['snapshot', 'flows']),
    )
    .option('--asset <id...>', 'only these assets', assetList)
    .addOption(new Option('--every <step>', 'which hours to show').choices(['1h', '6h', '1d', '1w']))
    .addOption(
      new Option('--by <part>', 'the portfolio taken apart').choices([
        'wallet',
        'chain',
        'asset',
        'category',
      ]),
    )
    .option('--explain', 'every number that went into one asset (--asset) at one hour (--to)')
    .option('--rebuild', 'compute everything anew, whatever is cached')
    .action(act(run))
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  checkRange(options)
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  const { store, writable } = opened
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    const request: PnlRequest = {
      portfolio,
      quote: portfolio?.baseCurrency ?? config.baseCurrency,
      from: options.from,
      to: options.to,
      days: options.days,
      mode: options.mode,
      assets: options.asset,
      every: options.every,
      rebuild: options.rebuild ?? false,
      persist: writable,
      now: Date.now(),
    }
    const settings = markSettings(config)
    if (options.explain) {
      if (options.by !== undefined)
        throw usage('--explain is for one hour of one asset.', 'Take --by or --explain out.')
      const { explainHour } = await import('./pnl/explain.ts')
      return await explainHour(request, store, settings)
    }
    const outcome =
      options.by === undefined
        ? await report(cli, request, store, settings)
        : await (await import('./pnl/by.ts')).reportBy(cli, { ...request, by: options.by }, store, settings)
    await publish(request, store, settings)
    return outcome
  } finally {
    await store.close()
  }
}

async function report(cli: Cli, request: PnlRequest, store: Store, settings: MarkSettings): Promise<Outcome> {
  const found = await pnlReport(request, store, settings)
  if (found.tokens.length === 0 && request.portfolio === null) throw nothingStored(request)
  return {
    exitCode: isWhole(found) ? EXIT.complete : EXIT.someMissing,
    text: async () => {
      // The table's libraries are loaded for people only; a machine does not wait for them.
      const { renderPnlTable } = await import('#delivery/pnl-table.ts')
      const { width, colour } = cli.out
      return renderPnlTable(found, { width, colour: colour.stdout, sparkline: width !== null })
    },
    document: () => pnlDocument(found),
  }
}

/** For others to read, where the store has a place for it; what did not change is passed over. */
async function publish(request: PnlRequest, store: Store, settings: MarkSettings): Promise<void> {
  if (store.publication === undefined || request.portfolio === null || request.persist === false) return
  const { publishPnl } = await import('#pipeline/jobs/publish-pnl.ts')
  const again = request.rebuild === true
  await publishPnl(request.portfolio, request.now, store, settings, { again })
}

/** Whether every asset held had a price at every hour, and every wallet was read. */
export function isWhole(report: PnlReport): boolean {
  return report.gaps.length === 0 && report.missingWallets.length === 0
}

export function nothingStored({ quote }: PnlRequest): TidemarkError {
  return new TidemarkError('DATA_MISSING', {
    message: `No prices in ${quote} are stored, and there is no portfolio.`,
    fix: 'Run "tidemark ingest", or "tidemark demo" to see it work without a network.',
  })
}
