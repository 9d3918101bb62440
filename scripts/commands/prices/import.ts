import type { Command } from 'commander'
import { readPrices } from '#ingestion/prices-csv/read.ts'
import { importPrices } from '#pipeline/jobs/import-prices.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { count, grouped } from '../../cli/plan-text.ts'
import { readConfig } from '../../wiring/config.ts'
import { fileName, inputOf, refuseUnreadable } from '../../wiring/files.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { jobBase } from '../../wiring/job.ts'
import { choosePortfolio } from '../../wiring/portfolio.ts'
import { openForJob, openForReading } from '../../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark prices import otc.csv', 'time,asset,price[,quote]: they stay marked "manual"'],
    ['tidemark prices import - < otc.csv', ''],
  ])
    .argument('<file>', 'prices by hand: time,asset,price and, where it is not the base currency, quote')
    .option('-n, --dry-run', 'read and count; write nothing')
    .action(act(run))
}

async function run(cli: Cli, file: string, options: { dryRun?: true }): Promise<Outcome> {
  const config = readConfig(cli)
  const dryRun = options.dryRun ?? false
  refuseInvented(config.dataDir)
  refuseUnreadable(file)
  cli.stop.drain()
  const store = dryRun ? await openForReading(config) : await openForJob(config, true)
  try {
    const chosen = await choosePortfolio(cli, config, store)
    const base = chosen?.portfolio.baseCurrency ?? config.baseCurrency
    const prices = await readPrices(inputOf(file), { file: fileName(file), quote: base, now: Date.now() })
    const { aside, ...hours } = await importPrices(prices, jobBase(store), { dryRun })
    if (aside > 0)
      cli.out.warn(
        `! ${grouped(aside)} of the prices ${dryRun ? 'would be' : 'are'} kept aside as suspect (docs/semantics.md, 1): "tidemark gaps" lists them, "tidemark gaps accept --provider manual" takes one.`,
      )
    return {
      exitCode: 0,
      text: () =>
        `${dryRun ? 'Would store' : 'Stored'} ${count(prices.length - aside, 'price')}: ${count(hours.added, 'hour')} new, ${grouped(hours.changed)} changed, ${grouped(hours.unchanged)} unchanged`,
      document: () => ({ dryRun, prices: prices.length, keptAside: aside, hours }),
    }
  } finally {
    await store.close()
  }
}
