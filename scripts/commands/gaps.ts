import type { Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { formatTime, HOUR_MS } from '#core/hour.ts'
import type { Gap, Suspect } from '#core/sample.ts'
import type { Flow } from '#core/flow.ts'
import { named, type Named } from '#delivery/named.ts'
import type { Store } from '#pipeline/ports.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import { listGaps } from '#pipeline/queries/gaps.ts'
import { listUnexplained } from '#pipeline/queries/unexplained.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listOutcome, listTable, pageAsk, type List } from '../cli/list.ts'
import { checkRange, listOptions, type ListOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { gapDocument, suspectDocument } from '#delivery/gap-json.ts'
import { readConfig } from '../wiring/config.ts'
import { openForReading } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark gaps', 'hours without prices, and samples kept aside, with the reason'],
    ['tidemark backfill', 'asks for them again'],
    ['tidemark gaps accept --asset bitcoin --time 2026-11-01T06:00:12Z', 'take a sample that was kept aside'],
  ])
  listOptions(command).action(act(run))
}

const GAPS: List<Gap> = {
  name: 'gaps',
  columns: [
    { head: 'asset', text: ({ asset, quote }) => `${asset}/${quote}` },
    { head: 'from (UTC)', text: ({ from }) => formatTime(from) },
    { head: 'to', text: ({ to }) => formatTime(to) },
    { head: 'hours', number: true, text: ({ from, to }) => String((to - from) / HOUR_MS) },
    { head: 'reason', text: ({ reason }) => reason },
    { head: 'provider', text: ({ provider }) => provider },
    { head: 'tried', number: true, text: ({ tries }) => `${tries}×` },
    { head: '', text: ({ message }) => message },
  ],
  document: gapDocument,
  empty: 'No gaps. Hours whose price was never asked for are none: "tidemark pnl" tells them.',
}

const SUSPECTS: List<Suspect> = {
  name: 'suspects',
  columns: [
    { head: 'kept aside', text: ({ asset, quote }) => `${asset}/${quote}` },
    { head: 'time (UTC)', text: ({ time }) => formatTime(time) },
    { head: 'price', number: true, text: ({ price }) => price },
    { head: 'state', text: ({ state }) => state },
    { head: 'provider', text: ({ provider }) => provider },
    { head: 'reason', text: ({ reason }) => reason },
  ],
  document: suspectDocument,
  empty: '',
}

const UNEXPLAINED: List<Flow> = {
  name: 'unexplained',
  columns: [
    { head: 'not explained', text: ({ asset }) => asset },
    { head: 'time (UTC)', text: ({ time }) => formatTime(time) },
    { head: 'quantity', number: true, text: ({ quantity }) => quantity },
    { head: 'wallet', text: ({ wallet }) => wallet },
    { head: 'chain', text: ({ chain }) => chain ?? '' },
    {
      head: '',
      text: ({ note }) => `the balance moved, and no flow says why${note === '' ? '' : ` (${note})`}`,
    },
  ],
  document: ({ asset, time, quantity, wallet, chain, note }) => ({
    asset,
    time: formatTime(time),
    quantity,
    wallet,
    chain,
    note,
  }),
  empty: '',
}

/** Wallets of every portfolio, by their labels. */
async function namesIn(assets: readonly AssetId[], owner: string, store: Store): Promise<Named> {
  const wallets = (await store.portfolios(owner)).flatMap((portfolio) => portfolio.wallets)
  return named(await tokenNames(store, assets), wallets)
}

async function run(cli: Cli, options: ListOptions): Promise<Outcome> {
  checkRange(options)
  const store = await openForReading(readConfig(cli))
  try {
    const { asset: assets, from, to } = options
    const { gaps, suspects } = await listGaps(store, { ...pageAsk(options), assets, from, to })
    const { owner } = cli.globals
    const unexplained = await listUnexplained(store, owner, { assets, from, to, now: Date.now() })
    const names = await namesIn(
      [...gaps.rows, ...unexplained].map(({ asset }) => asset),
      owner,
      store,
    )
    const list = listOutcome(cli, GAPS, gaps, options, names)
    return {
      exitCode: 0,
      text: async () => {
        const tables = [await list.text?.()]
        if (suspects.rows.length > 0) {
          tables.push(await listTable(cli, SUSPECTS, suspects.rows))
          cli.out.note('"tidemark gaps accept" or "reject" decides about a sample that was kept aside.')
        }
        if (unexplained.length > 0) tables.push(await listTable(cli, UNEXPLAINED, unexplained, names))
        return tables.filter((table) => table).join('\n\n')
      },
      document: () => ({
        ...list.document?.(),
        suspectsTotal: suspects.total,
        suspects: suspects.rows.map(SUSPECTS.document),
        unexplained: unexplained.map(UNEXPLAINED.document),
      }),
    }
  } finally {
    await store.close()
  }
}
