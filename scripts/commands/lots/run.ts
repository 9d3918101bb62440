import { EXIT } from '#core/errors.ts'
import { compareDocument, lotsDocument } from '#delivery/lots/json.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { refuseStrangers, selectView } from '#pipeline/lots/select.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { LotSettings } from '#pnl/lots/settings.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'
import type { LotsOptions } from '../lots.ts'
import { assetOf, lotSettings, methodsToCompare } from './settings.ts'
import { fromFilesAlone, lotSource } from './source.ts'

/** Rows of each list that the tables show. */
const MOST = 25

export async function runLots(cli: Cli, options: LotsOptions): Promise<Outcome> {
  checkOptions(cli, options)
  const asIs = fromFilesAlone(options)
  const settings = lotSettings(options, asIs)
  const assets = options.asset?.map((text) => assetOf('--asset', text, asIs))
  const source = await lotSource(cli, options)
  const choices = options.compare === undefined ? [settings] : sideBySide(settings, options)
  const views = lotViews(source.input, choices, source)
  const [first] = views as [LotView]
  if (options.explain !== undefined) {
    const { explainOutcome } = await import('./explain.ts')
    return explainOutcome(first, source, options.explain)
  }
  refuseStrangers(first, assets)
  const { year, open } = options
  const shown = views.map((view) => selectView(view, { assets, year, open }))
  const exitCode = shown.some(({ report }) => report.incomplete) ? EXIT.someMissing : EXIT.complete
  if (options.csv !== undefined) {
    const { writeCsv } = await import('./csv.ts')
    return writeCsv(cli, shown[0] as LotView, options.csv, exitCode)
  }
  const { width, colour } = cli.out
  return {
    exitCode,
    text: async () => {
      const most = options.all === true ? null : MOST
      const { named } = source
      const table = { width, colour: colour.stdout, most, ...(named === undefined ? {} : { named }) }
      if (options.compare !== undefined)
        return (await import('#delivery/lots/compare.ts')).renderComparison(shown, table)
      return (await import('#delivery/lots/table.ts')).renderLots(shown[0] as LotView, table)
    },
    document: () =>
      options.compare === undefined ? lotsDocument(shown[0] as LotView) : compareDocument(shown),
  }
}

function checkOptions(cli: Cli, { compare, csv, explain }: LotsOptions): void {
  const given = [compare, csv, explain].filter((option) => option !== undefined)
  if (given.length > 1)
    throw usage('--compare, --csv and --explain exclude each other.', 'Leave all but one of them out.')
  if (csv !== undefined && cli.out.json)
    throw usage('--csv and --json exclude each other.', 'Leave one of them out.')
}

/** Every method in both scopes, or in the one that was asked for. */
function sideBySide(settings: LotSettings, { compare, scope, scopeFrom }: LotsOptions): LotSettings[] {
  const scopes =
    scopeFrom === undefined && scope === undefined ? (['pooled', 'wallet'] as const) : [settings.scope]
  return methodsToCompare(compare ?? true).flatMap((method) =>
    scopes.map((each) => ({ ...settings, method, methods: [], scope: each })),
  )
}
