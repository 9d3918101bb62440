import { EXIT } from '#core/errors.ts'
import { gainsDocument } from '#delivery/lots/gains.ts'
import { lotViews } from '#pipeline/lots/compute.ts'
import { refuseStrangers, selectView } from '#pipeline/lots/select.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'
import type { GainsOptions } from '../gains.ts'
import { writeCsv } from '../lots/csv.ts'
import { assetOf, lotSettings } from '../lots/settings.ts'
import { fromFilesAlone, lotSource } from '../lots/source.ts'

export async function runGains(cli: Cli, options: GainsOptions): Promise<Outcome> {
  const { year, csv } = options
  if (csv !== undefined && cli.out.json)
    throw usage('--csv and --json exclude each other.', 'Leave one of them out.')
  const asIs = fromFilesAlone(options)
  const settings = lotSettings(options, asIs)
  const assets = options.asset?.map((text) => assetOf('--asset', text, asIs))
  const source = await lotSource(cli, options)
  const [all] = lotViews(source.input, [settings], source) as [LotView]
  refuseStrangers(all, assets)
  const view = selectView(all, { assets, year })
  const exitCode = view.report.incomplete ? EXIT.someMissing : EXIT.complete
  if (csv !== undefined) return writeCsv(cli, view, csv, exitCode)
  const { width, colour } = cli.out
  return {
    exitCode,
    text: async () => {
      const { renderGains } = await import('#delivery/lots/gains-table.ts')
      return renderGains(view, { width, colour: colour.stdout })
    },
    document: () => gainsDocument(view),
  }
}
