import { Option, type Command } from 'commander'
import type { Flow } from '#core/flow.ts'
import { flowDocument } from '#delivery/flow-json.ts'
import { editFlow } from '#pipeline/jobs/edit-flow.ts'
import type { NewFlow } from '#pipeline/jobs/import-flows.ts'
import { byHand, byHandOptions, type ByHandOptions } from '../../cli/by-hand.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'
import { changeOf, flowOptions, type FlowOptions } from './fields.ts'
import { changed, editedLines, flowLine } from './changed.ts'

const CLEARED = ['unit-price', 'price-currency', 'fee', 'fee-asset', 'chain', 'tx', 'note'] as const
type Options = FlowOptions & ByHandOptions & { clear?: (typeof CLEARED)[number][] }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark flows edit ID --quantity=-0.5 --why "typing error"', 'the old version is kept'],
    ['tidemark flows edit ID --kind gift --clear unit-price', 'another kind, and no price of its own'],
  ]).argument('<id>', 'id of the flow, as "tidemark flows" lists it')
  flowOptions(command)
    .addOption(new Option('--clear <field...>', 'leave these empty').choices(CLEARED))
    .action(act(run))
  byHandOptions(command)
}

async function run(cli: Cli, id: string, options: Options): Promise<Outcome> {
  const change = { ...changeOf(options), ...cleared(options.clear ?? []) }
  if (Object.keys(change).length === 0) {
    throw usage('There is nothing to change.', 'Give the fields that are wrong, such as --quantity 0.5.')
  }
  return changed(cli, async (portfolio, io) => {
    const { before, after } = await editFlow({ portfolio, id, change, ...byHand(options) }, io)
    return {
      exitCode: 0,
      text: () =>
        [
          `Was:    ${flowLine(before)}`,
          `Is now: ${flowLine(after)}`,
          ...editedLines(before, after),
          `Its id is ${after.id}.`,
        ].join('\n'),
      document: () => ({
        portfolio: portfolio.name,
        before: flowDocument(before),
        after: flowDocument(after),
      }),
    }
  })
}

const FIELDS: Readonly<Record<(typeof CLEARED)[number], keyof NewFlow & keyof Flow>> = {
  'unit-price': 'unitPrice',
  'price-currency': 'priceCurrency',
  fee: 'fee',
  'fee-asset': 'feeAsset',
  chain: 'chain',
  tx: 'tx',
  note: 'note',
}

function cleared(names: readonly (typeof CLEARED)[number][]): Partial<NewFlow> {
  return Object.fromEntries(names.map((name) => [FIELDS[name], name === 'note' ? '' : null]))
}
