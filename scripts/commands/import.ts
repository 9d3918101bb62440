import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import { importFlowsFile } from '#pipeline/jobs/import-flows.ts'
import type { FlowImportResult } from '#pipeline/ports.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { grouped } from '../cli/plan-text.ts'
import { readConfig } from '../wiring/config.ts'
import { fileName, namedFlowsReader, refuseUnreadable } from '../wiring/files.ts'
import { refuseInvented } from '../wiring/invented.ts'
import { jobBase } from '../wiring/job.ts'
import { portfolioToWrite } from '../wiring/portfolio.ts'
import { openForJob, openForReading } from '../wiring/store.ts'

type Options = { replace?: true; dryRun?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark import flows.csv', 'rows that are new; importing again adds nothing'],
    ['tidemark import flows.csv --replace', 'and retire rows of that file that are gone from it'],
    ['tidemark import - --dry-run < flows.csv', 'from stdin; only count'],
  ])
    .argument('<file>', 'flows.csv: time,asset,quantity,kind,unit_price,fee,… ("-" for stdin)')
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
  const store = dryRun ? await openForReading(config) : await openForJob(config, true)
  try {
    const portfolio = await portfolioToWrite(cli, config, store, dryRun)
    refuseMirror(file, portfolio.flowsFile, portfolio.name)
    const result = await importFlowsFile(
      {
        owner: cli.globals.owner,
        portfolio: portfolio.name,
        file: fileName(file),
        replace: options.replace ?? false,
        dryRun,
      },
      { ...jobBase(store), readFlows: namedFlowsReader },
    )
    return outcomeOf(result, portfolio.name, dryRun)
  } finally {
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

function outcomeOf(result: FlowImportResult, portfolio: string, dryRun: boolean): Outcome {
  const { added, unchanged, retired, gone, goneCount, sameAsOther } = result
  const rows = gone.map(({ line, time, asset, quantity, kind }) => ({
    line,
    time: formatTime(time),
    asset,
    quantity,
    kind,
  }))
  return {
    exitCode: 0,
    text: () =>
      [
        `${dryRun ? 'Would import' : 'Imported'} into "${portfolio}": ${grouped(added)} new, ${grouped(unchanged)} unchanged, ${grouped(retired)} retired`,
        ...(sameAsOther > 0 ? [`${grouped(sameAsOther)} left out: another source gave them already`] : []),
        ...(goneCount > 0
          ? [
              `! ${grouped(goneCount)} rows of an earlier import of this file are no longer in it; --replace retires them:`,
              ...rows.map(
                (row) => `    line ${row.line ?? '?'}: ${row.time} ${row.kind} ${row.quantity} ${row.asset}`,
              ),
              ...(goneCount > rows.length ? [`    and ${grouped(goneCount - rows.length)} more`] : []),
            ]
          : []),
      ].join('\n'),
    document: () => ({
      portfolio,
      dryRun,
      added,
      unchanged,
      retired,
      sameAsOther,
      goneCount,
      gone: rows,
    }),
  }
}
