import { Option, type Command } from 'commander'
import { formatTime } from '#core/hour.ts'
import { WORK_STATES, type QueuedEntry, type WorkCounts, type WorkState } from '#pipeline/queue/ports.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listTable, pageAsk, type List } from '../cli/list.ts'
import { pageOptions, type PageOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig } from '../wiring/config.ts'
import { redisUrlOf, withQueue } from '../wiring/queue.ts'

type Options = PageOptions & { state?: WorkState }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark jobs', 'what waits, is under way, is parked and why, and was done'],
    ['tidemark jobs --state parked', 'only what needs you'],
    ["tidemark jobs --json | jq '.counts'", ''],
    ['tidemark jobs retry --all', 'have everything parked tried again'],
  ])
  pageOptions(command)
    .addOption(new Option('--state <state>', 'only those').choices([...WORK_STATES]))
    .action(act(run))
}

/** Parked ones first: they are what somebody has to look at. */
const ORDER: readonly WorkState[] = ['parked', 'active', 'waiting', 'done']

type Row = QueuedEntry & { readonly work: string }

const JOBS: List<Row> = {
  name: 'jobs',
  columns: [
    { head: 'state', text: ({ state }) => state },
    { head: 'work', text: ({ work }) => work },
    { head: 'queued (UTC)', text: ({ queued }) => formatTime(queued) },
    { head: 'tries', number: true, text: ({ tries }) => String(tries) },
    { head: 'cause', text: ({ cause }) => cause ?? '' },
    { head: 'id', text: ({ id }) => id },
  ],
  document: ({ id, state, work, tries, cause, queued, finished }) => ({
    id,
    state,
    work,
    tries,
    cause,
    queued: formatTime(queued),
    finished: finished === null ? null : formatTime(finished),
  }),
  empty: 'Nothing is in the queue.',
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  const config = readConfig(cli)
  redisUrlOf(config)
  const states = options.state === undefined ? ORDER : [options.state]
  const { name, counts, entries } = await withQueue(config, async (queue) => ({
    name: queue.name,
    counts: await queue.counts(),
    entries: await queue.entries(states, pageAsk(options)),
  }))
  const { describeData } = await import('#pipeline/queue/work.ts')
  const rows = entries.map((entry) => ({ ...entry, work: describeData(entry.data) }))
  return {
    exitCode: 0,
    text: () => {
      cli.out.note(`Queue ${name}: ${countsLine(counts)}`)
      if (rows.length === 0) cli.out.note(JOBS.empty)
      return rows.length === 0 ? '' : listTable(cli, JOBS, rows)
    },
    document: () => ({
      queue: name,
      counts,
      page: options.page,
      limit: options.limit,
      jobs: rows.map(JOBS.document),
    }),
  }
}

function countsLine(counts: WorkCounts): string {
  return WORK_STATES.map((state) => `${state} ${counts[state]}`).join(', ')
}
