import { Option, type Command } from 'commander'
import type { AssetId } from '#core/asset.ts'
import { formatDecimal, parseDecimal } from '#core/decimal.ts'
import { FLOW_KINDS, type FlowKind } from '#core/flow.ts'
import type { NewFlow } from '#pipeline/jobs/import-flows.ts'
import { timeOption } from '../../cli/times.ts'
import { singleAsset, usage } from '../../cli/values.ts'

/** Fields of a flow as options give them. */
export type FlowOptions = {
  time?: number
  asset?: AssetId
  quantity?: string
  kind?: FlowKind
  unitPrice?: string
  priceCurrency?: string
  fee?: string
  feeAsset?: AssetId
  wallet?: string
  chain?: string
  tx?: string
  note?: string
}

export function flowOptions(command: Command): Command {
  return command
    .option('--asset <id>', 'what changed', singleAsset('--asset'))
    .option('--quantity <decimal>', 'signed, without the fee', decimal('--quantity'))
    .addOption(new Option('--kind <kind>', 'what happened').choices(Object.keys(FLOW_KINDS)))
    .option('--time <time>', 'when, UTC', timeOption('--time'))
    .option('--unit-price <decimal>', 'price of one unit', decimal('--unit-price'))
    .option('--price-currency <code>', 'its currency')
    .option('--fee <decimal>', 'a positive amount', decimal('--fee'))
    .option('--fee-asset <id>', 'what the fee was paid in', singleAsset('--fee-asset'))
    .option('--wallet <name>', 'address, label or any name')
    .option('--chain <name>', 'chain of the wallet')
    .option('--tx <id>', 'rows with one tx belong together')
    .option('--note <text>', 'anything')
}

/** The fields that were given. */
export function changeOf(options: FlowOptions): Partial<NewFlow> {
  const { time, asset, quantity, kind, unitPrice, priceCurrency, fee, feeAsset } = options
  const { wallet, chain, tx, note } = options
  const currency = priceCurrency?.toLowerCase()
  const given = {
    time,
    asset,
    quantity,
    kind,
    unitPrice,
    priceCurrency: currency,
    fee,
    feeAsset,
    wallet,
    chain,
    tx,
    note,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Reads a decimal number. @throws TidemarkError USAGE */
export function decimal(option: string): (text: string) => string {
  return (text) => {
    const value = parseDecimal(text)
    if (value !== null) return formatDecimal(value)
    throw usage(`${option} "${text}" is not a decimal number.`, `Write it with a point, such as 0.25.`)
  }
}
