import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { FLOW_KINDS, type FlowKind } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { MANUAL_WALLET } from '#core/portfolio.ts'
import { addFlow, type NewFlow } from '#pipeline/jobs/import-flows.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { timeOption } from '../../cli/times.ts'
import { singleAsset } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { jobBase } from '../../wiring/job.ts'
import { portfolioToWrite } from '../../wiring/portfolio.ts'
import { openForJob } from '../../wiring/store.ts'
import { decimal } from './fields.ts'

type Options = {
  time?: number
  asset: AssetId
  quantity: string
  kind: FlowKind
  unitPrice?: string
  priceCurrency?: string
  fee?: string
  feeAsset?: AssetId
  wallet?: string
  chain?: string
  tx?: string
  note?: string
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark flows add --asset bitcoin --quantity 0.1 --kind buy --unit-price 68000 --fee 5', ''],
    ['tidemark flows add --asset ethereum --quantity=-2 --kind sell --time "2026-11-01 12:30"', ''],
  ])
    .requiredOption('--asset <id>', 'what changed', singleAsset('--asset'))
    .requiredOption('--quantity <decimal>', 'signed, without the fee: buys +, sells −', decimal('--quantity'))
    .addOption(
      new Option('--kind <kind>', 'what happened').choices(Object.keys(FLOW_KINDS)).makeOptionMandatory(),
    )
    .option('--time <time>', 'when, UTC (default: now)', timeOption('--time'))
    .option('--unit-price <decimal>', 'price of one unit', decimal('--unit-price'))
    .option('--price-currency <code>', 'its currency (default: base currency)')
    .option('--fee <decimal>', 'a positive amount', decimal('--fee'))
    .option(
      '--fee-asset <id>',
      'what the fee was paid in (default: base currency)',
      singleAsset('--fee-asset'),
    )
    .option('--wallet <name>', 'address, label or any name', MANUAL_WALLET)
    .option('--chain <name>', 'chain of the wallet')
    .option('--tx <id>', 'rows with one tx belong together')
    .option('--note <text>', 'anything')
    .action(act(run))
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  const config = readConfig(cli)
  refuseInvented(config.dataDir)
  cli.stop.drain()
  const store = await openForJob(config, true)
  try {
    const portfolio = await portfolioToWrite(cli, config, store, false)
    const request = { owner: cli.globals.owner, portfolio: portfolio.name, flow: newFlow(options) }
    const flow = await addFlow(request, jobBase(store))
    const time = formatTime(flow.time)
    return {
      exitCode: 0,
      text: () => `Added to "${portfolio.name}": ${time} ${flow.kind} ${flow.quantity} ${flow.asset}`,
      document: () => ({ portfolio: portfolio.name, flow: { ...flow, time } }),
    }
  } finally {
    await store.close()
  }
}

function newFlow(options: Options): NewFlow {
  return {
    time: options.time ?? Math.floor(Date.now() / 1000) * 1000,
    asset: options.asset,
    quantity: options.quantity,
    kind: options.kind,
    unitPrice: options.unitPrice ?? null,
    priceCurrency: options.priceCurrency?.toLowerCase() ?? null,
    fee: options.fee ?? null,
    feeAsset: options.feeAsset ?? null,
    wallet: options.wallet ?? MANUAL_WALLET,
    chain: options.chain ?? null,
    tx: options.tx ?? null,
    logIndex: null,
    from: null,
    to: null,
    lot: null,
    note: options.note ?? '',
  }
}
