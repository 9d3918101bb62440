import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { formatDecimal } from '#core/decimal.ts'
import { HOUR_MS, formatTime } from '#core/hour.ts'
import { flowDocument } from '#delivery/flow-json.ts'
import { named, type Named } from '#delivery/named.ts'
import { displayQuantity } from '#delivery/number.ts'
import {
  applyMatches,
  proposeMatches,
  undoMatches,
  type FlowSide,
  type Proposal,
} from '#pipeline/jobs/match-transfers.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import { byHand, byHandOptions, type ByHandOptions } from '../../cli/by-hand.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { textList, wholeNumber } from '../../cli/values.ts'
import { changed, flowLine } from '../flows/changed.ts'

type Options = ByHandOptions & {
  apply?: true
  undo?: true
  possible?: true
  only?: string[]
  hours: number
  feePercent: number
}

const UNPAIRED_SHOWN = 50

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark transfers match', 'what would be paired, how sure that is, and what is left over'],
    ['tidemark transfers match --apply', 'record the pairs that are certain or likely'],
    ['tidemark transfers match --apply --only 3f2a91c0b7de', 'one pair, whatever it is'],
    ['tidemark transfers match --undo', 'take all recorded pairs back'],
  ])
    .addOption(new Option('--apply', 'record the pairs').conflicts('undo'))
    .option('--undo', 'take recorded pairs back')
    .option('--possible', 'with --apply: record also those that are only possible')
    .option('--only <id...>', 'only the pairs with these ids', textList)
    .option('--hours <n>', 'longest way between two wallets', wholeNumber('--hours', 1, 8_760), 48)
    .option('--fee-percent <n>', 'most that the way may cost', wholeNumber('--fee-percent', 0, 50), 5)
    .action(act(run))
  byHandOptions(command)
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  return changed(cli, async (portfolio, io) => {
    const { wallets } = portfolio
    if (options.undo === true) {
      const undone = await undoMatches(portfolio, options.only ?? null, byHand(options), io)
      return {
        exitCode: 0,
        text: () => `Took back ${pairsText(undone.length / 2)}: ${undone.length} flows stand as they came.`,
        document: () => ({ portfolio: portfolio.name, undone: undone.map(({ flow }) => flowDocument(flow)) }),
      }
    }
    const settings = { windowMs: options.hours * HOUR_MS, feeShare: options.feePercent / 100 }
    const { pairs, unpaired } = await proposeMatches(portfolio, settings, io)
    const wanted = options.apply === true ? pairs.filter((pair) => isWanted(pair, options)) : []
    const applied = await applyMatches(portfolio, wanted, byHand(options), io)
    return outcomeOf(cli, {
      portfolio: portfolio.name,
      named: named(await tokenNames(io.store, assetsOf(pairs, unpaired)), wallets),
      pairs,
      unpaired,
      applied,
      apply: options.apply === true,
    })
  })
}

const isWanted = (pair: Proposal, { only, possible }: Options): boolean =>
  only === undefined ? possible === true || pair.sure !== 'possible' : only.includes(pair.id)

type Report = {
  readonly portfolio: string
  readonly named: Named
  readonly pairs: readonly Proposal[]
  readonly unpaired: readonly FlowSide[]
  readonly applied: number
  readonly apply: boolean
}

const PAIRS: List<Proposal> = {
  name: 'pairs',
  columns: [
    { head: 'id', text: ({ id }) => id },
    { head: 'left (UTC)', text: ({ sent }) => formatTime(sent.time) },
    { head: 'from', text: ({ sent }) => sent.flow.wallet },
    { head: 'to', text: ({ received }) => received.flow.wallet },
    { head: 'quantity', number: true, text: ({ received }) => displayQuantity(received.quantity) },
    { head: 'asset', text: ({ sent }) => sent.asset },
    { head: 'lost', number: true, text: ({ lost }) => displayQuantity(formatDecimal(lost)) },
    { head: 'minutes', number: true, text: (pair) => String(minutesOf(pair)) },
    { head: 'sure', text: ({ sure, rivals }) => (rivals > 0 ? `${sure} (${rivals} others fit)` : sure) },
  ],
  document: (pair) => ({
    id: pair.id,
    sent: flowDocument(pair.sent.flow),
    received: flowDocument(pair.received.flow),
    lost: formatDecimal(pair.lost),
    minutes: minutesOf(pair),
    sure: pair.sure,
    rivals: pair.rivals,
  }),
  empty: 'Nothing to pair.',
}

const minutesOf = ({ sent, received }: Proposal): number => Math.round((received.time - sent.time) / 60_000)

const assetsOf = (pairs: readonly Proposal[], unpaired: readonly FlowSide[]): AssetId[] => [
  ...pairs.map(({ sent }) => sent.flow.asset),
  ...unpaired.map(({ flow }) => flow.asset),
]

function outcomeOf(cli: Cli, { portfolio, named, pairs, unpaired, applied, apply }: Report): Outcome {
  return {
    exitCode: 0,
    text: async () =>
      [
        ...(pairs.length === 0 ? [PAIRS.empty] : [await listTable(cli, PAIRS, pairs, named)]),
        apply
          ? `Recorded ${applied} of ${pairsText(pairs.length)}; "tidemark transfers match --undo" takes them back.`
          : pairs.length > 0
            ? `--apply records what is certain or likely of ${pairsText(pairs.length)}; with --possible also the others.`
            : '',
        ...unpairedLines(unpaired).map(named),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    document: () => ({
      portfolio,
      applied,
      pairs: pairs.map(PAIRS.document),
      unpaired: unpaired.map(({ flow }) => flowDocument(flow)),
    }),
  }
}

const pairsText = (count: number): string => `${count} ${count === 1 ? 'pair' : 'pairs'}`

function unpairedLines(unpaired: readonly FlowSide[]): string[] {
  if (unpaired.length === 0) return []
  const more = unpaired.length - UNPAIRED_SHOWN
  return [
    `! ${unpaired.length} without their other side: what left counts as gone, what came as bought for nothing known:`,
    ...unpaired.slice(0, UNPAIRED_SHOWN).map(({ flow }) => `    ${flowLine(flow)}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}
