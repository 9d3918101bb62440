import type { Command } from 'commander'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { flowDocument } from '#delivery/flow-json.ts'
import { displayId, named, type Named } from '#delivery/named.ts'
import { booksOf, restoreFlow } from '#pipeline/jobs/edit-flow.ts'
import type { EditedFlow, Store } from '#pipeline/ports.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import { byHand, byHandOptions, type ByHandOptions } from '../../cli/by-hand.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { changed, flowLine } from './changed.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark flows restore', 'what was edited, paired or removed, by whom and why'],
    ['tidemark flows restore ID', 'the old version stands again'],
  ])
    .argument('[id]', 'id of the old version, or of what stands in its place')
    .action(act(run))
  byHandOptions(command)
}

const LIST: List<EditedFlow> = {
  name: 'edited',
  columns: [
    { head: 'id', text: ({ flow }) => displayId(flow.id) },
    { head: 'was', text: ({ flow }) => flowLine(flow) },
    { head: 'what', text: ({ log }) => log.at(-1)?.what ?? '' },
    { head: 'when (UTC)', text: ({ log }) => formatTime(log.at(-1)?.at ?? 0) },
    { head: 'who', text: ({ log }) => log.at(-1)?.who ?? '' },
    { head: 'why', text: ({ log }) => log.at(-1)?.why ?? '' },
    { head: 'stands now', text: ({ replacement }) => displayId(replacement ?? '') },
  ],
  document: ({ flow, replacement, log }) => ({
    flow: flowDocument(flow),
    replacement,
    log: log.map((edit) => ({ ...edit, at: formatTime(edit.at) })),
  }),
  empty: 'No flow was edited, paired or removed by hand.',
}

async function run(cli: Cli, id: string | undefined, options: ByHandOptions): Promise<Outcome> {
  return changed(cli, async (portfolio, io) => {
    if (id === undefined) return listed(cli, portfolio, io.store)
    const restored = await restoreFlow({ portfolio, id, ...byHand(options) }, io)
    return {
      exitCode: 0,
      text: () => restored.map(({ flow }) => `Stands again: ${flowLine(flow)}`).join('\n'),
      document: () => ({
        portfolio: portfolio.name,
        restored: restored.map(({ flow }) => flowDocument(flow)),
      }),
    }
  })
}

/** Rows say what they were in one line, which names an asset and a wallet. */
async function namesIn({ wallets }: Portfolio, rows: readonly EditedFlow[], store: Store): Promise<Named> {
  return named(
    await tokenNames(
      store,
      rows.map(({ flow }) => flow.asset),
    ),
    wallets,
  )
}

async function listed(cli: Cli, portfolio: Portfolio, store: Store): Promise<Outcome> {
  const rows = await store.editedFlows(portfolio.owner, booksOf(portfolio))
  if (rows.length === 0) cli.out.note(LIST.empty)
  return {
    exitCode: 0,
    text: async () =>
      rows.length === 0 ? '' : listTable(cli, LIST, rows, await namesIn(portfolio, rows, store)),
    document: () => ({ portfolio: portfolio.name, edited: rows.map(LIST.document) }),
  }
}
