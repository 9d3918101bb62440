import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { baseAsset } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { importFlowsFile } from '#pipeline/jobs/import-flows.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { showProgress } from '../cli/progress.ts'
import { readConfig } from '../wiring/config.ts'
import { fileName, refuseUnreadable, usageFaults } from '../wiring/files.ts'
import { refuseInvented } from '../wiring/invented.ts'
import { jobBase } from '../wiring/job.ts'
import { portfolioToWrite } from '../wiring/portfolio.ts'
import { openForJob } from '../wiring/store.ts'
import { openForCounting } from './import/counting.ts'
import { FORMAT_NAMES, openFile, type FileOptions } from './import/open.ts'
import { importOutcome } from './import/summary.ts'

type Options = FileOptions & { replace?: true; dryRun?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark import flows.csv', 'rows that are new; importing again adds nothing'],
    ['tidemark import ledgers.csv --wallet kraken', 'an export of Kraken, known by its header'],
    [
      'tidemark import koinly.csv --assets ids.yaml --skip-bad',
      'ids of symbols; leave out what is not understood',
    ],
    [
      'tidemark import treasury.csv --mapping treasury.yaml',
      'any table: the mapping says what its columns are',
    ],
    ['tidemark import - --dry-run < flows.csv', 'from stdin; only count'],
  ])
    .argument('<file>', 'flows.csv, or an export of another program ("-" for stdin)')
    .addOption(new Option('--format <name>', 'what the file is').choices(FORMAT_NAMES).default('auto'))
    .option('--mapping <file>', 'YAML that says what the columns of the file are (docs/import.md)')
    .option('--assets <file>', 'YAML of lines "SYMBOL: asset-id"')
    .option('--wallet <label>', 'wallet of rows that name none')
    .option('--time-zone <zone>', 'zone of times that name none, such as Europe/Berlin')
    .option('--skip-bad', 'leave out rows that are not understood, and list them')
    .option('--replace', 'retire rows of an earlier import of this file that no longer come')
    .option('-n, --dry-run', 'read and count; write nothing')
    .action(act(run))
}

async function run(cli: Cli, file: string, options: Options): Promise<Outcome> {
  const config = readConfig(cli)
  const dryRun = options.dryRun ?? false
  refuseInvented(config.dataDir)
  refuseUnreadable(file)
  cli.stop.drain()
  cli.out.note(`Reading ${file === '-' ? 'stdin' : file}…`)
  const store = dryRun ? await openForCounting(config) : await openForJob(config, true)
  const progress = await showProgress(cli, { plan: false })
  try {
    const portfolio = await portfolioToWrite(cli, config, store, dryRun)
    refuseMirror(file, portfolio.flowsFile, portfolio.name)
    const base = baseAsset(portfolio.baseCurrency)
    const opened = await openFile(file, options, { store, base, emit: progress.emit })
    const result = await importFlowsFile(
      {
        owner: cli.globals.owner,
        portfolio: portfolio.name,
        file: fileName(file),
        ...(opened.format === 'flows' ? {} : { format: opened.format }),
        replace: options.replace ?? false,
        dryRun,
      },
      { ...jobBase(store), readFlows: usageFaults((_, place) => opened.flows(place)) },
    )
    return importOutcome(result, opened, { portfolio: portfolio.name, dryRun })
  } finally {
    progress.close()
    await store.close()
  }
}

/** Its rows are in the book already, as those of the mirror; taken in again, the ones without a tx would count twice. */
function refuseMirror(file: string, mirror: string | null, portfolio: string): void {
  if (file === '-' || mirror === null || realPath(file) !== realPath(mirror)) return
  throw new TidemarkError('INPUT_INVALID', {
    message: `${file} is the flows file of the portfolio "${portfolio}": its rows are read at every ingest and pnl.`,
    fix: 'Edit the file, then run "tidemark pnl"; import is for other files.',
  })
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
