import { basename } from 'node:path'
import type { Command } from 'commander'
import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { flowDocument } from '#delivery/flow-json.ts'
import { displayId, named } from '#delivery/named.ts'
import { displayQuantity } from '#delivery/number.ts'
import { listFlows } from '#pipeline/queries/flows.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../cli/list.ts'
import { checkRange, listOptions, type ListOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig } from '../wiring/config.ts'
import { portfolioToRead } from '../wiring/portfolio.ts'
import { openForQuery } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark flows', 'what came in and went out, newest first'],
    ['tidemark flows --asset bitcoin --from 2026-01-01 --json', ''],
    ['tidemark flows add --asset bitcoin --quantity 0.1 --kind buy --unit-price 68000', 'one by hand'],
  ])
  listOptions(command).action(act(run))
}

const FLOWS: List<Flow> = {
  name: 'flows',
  columns: [
    { head: 'time (UTC)', text: ({ time }) => formatTime(time) },
    { head: 'kind', text: ({ kind }) => kind },
    { head: 'quantity', number: true, text: ({ quantity }) => displayQuantity(quantity) },
    { head: 'asset', text: ({ asset }) => asset },
    { head: 'unit price', number: true, text: ({ unitPrice }) => displayQuantity(unitPrice) },
    { head: 'fee', number: true, text: ({ fee }) => (fee === null ? '' : displayQuantity(fee)) },
    { head: 'wallet', text: ({ wallet }) => wallet },
    { head: 'source', text: placeText },
    { head: 'note', text: ({ note }) => note },
    { head: 'id', text: ({ id }) => displayId(id) },
  ],
  document: flowDocument,
  empty: 'No flows are stored: "tidemark import FILE" or "tidemark flows add" bring them in.',
}

/** Its file and line, as lots and trades name it; else what it came by. */
function placeText({ source, file, line }: Flow): string {
  return file === null || line === null ? source : `${basename(file)}:${line}`
}

async function run(cli: Cli, options: ListOptions): Promise<Outcome> {
  checkRange(options)
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  const { store } = opened
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    const page = await listFlows(store, {
      ...pageAsk(options),
      owner: cli.globals.owner,
      portfolio,
      assets: options.asset,
      from: options.from,
      to: options.to,
      newestFirst: true,
    })
    const tokens = await tokenNames(
      store,
      page.rows.map(({ asset }) => asset),
    )
    return listOutcome(cli, FLOWS, page, options, named(tokens, portfolio?.wallets))
  } finally {
    await store.close()
  }
}
