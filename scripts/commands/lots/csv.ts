import { once } from 'node:events'
import type { LotCsv } from '#delivery/lots/csv-names.ts'
import { lotsCsv } from '#delivery/lots/csv.ts'
import { NO_ADVICE } from '#delivery/lots/table.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'

/** Rows as they come, so that a long ledger does not pile up as text. */
export async function writeCsv(
  cli: Cli,
  view: LotView,
  asked: true | LotCsv,
  exitCode: number,
): Promise<Outcome> {
  if (cli.out.invented) cli.out.warn('! These rows are the invented data of "tidemark demo".')
  cli.out.note(NO_ADVICE)
  for await (const chunk of lotsCsv(view, asked === true ? 'gains' : asked))
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
  return { exitCode, text: null, document: null }
}
