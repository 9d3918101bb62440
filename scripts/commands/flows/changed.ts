import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { safeText } from '#delivery/text.ts'
import type { Store } from '#pipeline/ports.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { readConfig } from '../../wiring/config.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { jobBase } from '../../wiring/job.ts'
import { portfolioToWrite } from '../../wiring/portfolio.ts'
import { openForJob } from '../../wiring/store.ts'

/** Does something to the flows of the portfolio that is chosen. */
export async function changed(
  cli: Cli,
  work: (portfolio: Portfolio, io: { store: Store; now: () => number }) => Promise<Outcome>,
): Promise<Outcome> {
  const config = readConfig(cli)
  refuseInvented(config.dataDir)
  cli.stop.drain()
  const store = await openForJob(config, false)
  try {
    return await work(await portfolioToWrite(cli, config, store, true), jobBase(store))
  } finally {
    await store.close()
  }
}

/** A flow in one line of text. */
export const flowLine = ({ time, kind, quantity, asset, wallet }: Flow): string =>
  safeText(`${formatTime(time)} ${kind} ${quantity} ${asset} in ${wallet}`)

const FIELDS = {
  unitPrice: 'unit price',
  priceCurrency: 'price currency',
  fee: 'fee',
  feeAsset: 'fee asset',
  chain: 'chain',
  tx: 'tx',
  note: 'note',
} as const satisfies Partial<Record<keyof Flow, string>>

/** What an edit changed beside what the line of a flow says, a line each. */
export function editedLines(before: Flow, after: Flow): string[] {
  const told = (value: string | null) => (value === null || value === '' ? '—' : value)
  return (Object.keys(FIELDS) as (keyof typeof FIELDS)[])
    .filter((field) => before[field] !== after[field])
    .map((field) => safeText(`  ${FIELDS[field]}: ${told(before[field])} → ${told(after[field])}`))
}
