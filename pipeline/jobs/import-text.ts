import { baseAsset } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { openImport } from '#ingestion/imports/read.ts'
import type { FlowImportResult, Store } from '../ports.ts'
import { knownAssets } from './import-assets.ts'
import { importFlowsFile } from './import-flows.ts'

export type TextImport = {
  readonly owner: string
  readonly portfolio: Portfolio
  /** What the file is called: rows say where they are from. */
  readonly name: string
  readonly text: string
  /** Null: recognised by what is in it. */
  readonly format: string | null
  readonly replace: boolean
  /** Counts, and shows what would stand; rows that are not understood are listed beside those that are. */
  readonly preview: boolean
}
export type TextImported = {
  readonly format: string
  /** Null where the file cannot be taken as it is. */
  readonly result: FlowImportResult | null
  /** As `file:line field: fault`; the first hundred. */
  readonly faults: readonly string[]
  /** Rows read, the first thousand of them. */
  readonly rows: readonly Flow[]
}

const MOST_ROWS = 1_000

/**
 * Imports flows that came as text, as `import` does a file.
 * @throws TidemarkError INPUT_INVALID or FLOWS_INVALID with every fault, nothing applied; a preview lists them instead
 */
export async function importText(
  { owner, portfolio, name, text, format, replace, preview }: TextImport,
  io: { readonly store: Store; readonly now: () => number },
): Promise<TextImported> {
  const opened = await openImport(once(text), {
    format: format ?? 'auto',
    mapping: null,
    assets: {},
    known: await knownAssets(io.store),
    wallet: null,
    zone: null,
    skipBad: preview,
    base: baseAsset(portfolio.baseCurrency),
  })
  const rows: Flow[] = []
  const taking = importFlowsFile(
    {
      owner,
      portfolio: portfolio.name,
      file: name,
      ...(opened.format === 'flows' ? {} : { format: opened.format }),
      replace,
      dryRun: preview,
    },
    {
      ...io,
      readFlows: async function* (_, place) {
        for await (const piece of opened.flows(place)) {
          rows.push(...piece.slice(0, MOST_ROWS - rows.length))
          yield piece
        }
      },
    },
  )
  const { format: found, report } = opened
  try {
    return { format: found, result: await taking, faults: report.faults, rows }
  } catch (error) {
    // A file of our own format is refused whole; whoever looks before importing wants to see what is wrong with it.
    if (!preview || !(error instanceof TidemarkError) || error.faults.length === 0) throw error
    return { format: found, result: null, faults: error.faults, rows }
  }
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
}
