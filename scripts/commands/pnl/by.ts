import { EXIT } from '#core/errors.ts'
import { pnlByDocument } from '#delivery/pnl-by-json.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlBy, type By } from '#pipeline/queries/pnl-by.ts'
import type { PnlRequest } from '#pipeline/queries/pnl.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { isWhole, nothingStored } from '../pnl.ts'

/** `pnl --by`: the portfolio taken apart. */
export async function reportBy(
  cli: Cli,
  request: PnlRequest & { readonly by: By },
  store: Store,
  settings: MarkSettings,
): Promise<Outcome> {
  const found = await pnlBy(request, store, settings)
  if (found.report.tokens.length === 0 && request.portfolio === null) throw nothingStored(request)
  return {
    exitCode: isWhole(found.report) ? EXIT.complete : EXIT.someMissing,
    text: async () => {
      const { renderPnlByTable } = await import('#delivery/pnl-by-table.ts')
      const { width, colour } = cli.out
      return renderPnlByTable(found, { width, colour: colour.stdout, sparkline: width !== null })
    },
    document: () => pnlByDocument(found),
  }
}
