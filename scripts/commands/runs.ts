import type { Command } from 'commander'
import { formatTime } from '#core/hour.ts'
import { runDocument } from '#delivery/run-json.ts'
import { listRuns, type RunRow } from '#pipeline/queries/runs.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listTable, pageAsk, type List } from '../cli/list.ts'
import { pageOptions, type PageOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { duration } from '../cli/plan-text.ts'
import { readConfig } from '../wiring/config.ts'
import { openForReading } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark runs', 'what was run and how it ended, newest first'],
    ["tidemark runs --limit 1 --json | jq '.runs[0].summary'", 'the end summary of the last run'],
  ])
  pageOptions(command).action(act(run))
}

const RUNS: List<RunRow> = {
  name: 'runs',
  columns: [
    { head: 'started (UTC)', text: ({ started }) => formatTime(started) },
    { head: 'command', text: ({ command }) => command },
    { head: 'outcome', text: ({ outcome }) => outcome },
    { head: 'exit', number: true, text: ({ exitCode }) => (exitCode === null ? '' : String(exitCode)) },
    {
      head: 'took',
      text: ({ started, finished }) => (finished === null ? '' : duration(finished - started)),
    },
    { head: 'run', text: ({ id }) => id },
  ],
  document: runDocument,
  empty: 'Nothing was run yet.',
}

async function run(cli: Cli, options: PageOptions): Promise<Outcome> {
  const store = await openForReading(readConfig(cli))
  try {
    const { rows, more } = await listRuns(store, pageAsk(options))
    return {
      exitCode: 0,
      text: () => {
        if (rows.length === 0) cli.out.note(RUNS.empty)
        else if (more) cli.out.note(`--page ${options.page + 1} shows older runs`)
        return rows.length === 0 ? '' : listTable(cli, RUNS, rows)
      },
      document: () => ({ page: options.page, limit: options.limit, more, runs: rows.map(RUNS.document) }),
    }
  } finally {
    await store.close()
  }
}
