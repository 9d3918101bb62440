import { once } from 'node:events'
import { EXIT } from '#core/errors.ts'
import { formatTime, hourOf, type Hour } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { valueDocument, valueSummaryDocument } from '#delivery/value-json.ts'
import { ValueTable, valueFooter } from '#delivery/value-table.ts'
import { valuePortfolios, type ValuedPage } from '#pipeline/jobs/value.ts'
import { ValueTally, type ValueSummary } from '#pipeline/value/tally.ts'
import type { Cli } from '../../cli/context.ts'
import { beginDocument, INVENTED, type Outcome } from '../../cli/output.ts'
import { scrub } from '../../cli/secrets.ts'
import { usage } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { portfolioInForce, portfolioToRead } from '../../wiring/portfolio.ts'
import { markSettings } from '../../wiring/settings.ts'
import { openForQuery } from '../../wiring/store.ts'
import type { ValueOptions } from '../value.ts'

/** Takes pages as they come, and shows them; the end of a document is handed back. */
type View = {
  readonly page: (page: ValuedPage) => Promise<void>
  readonly end: (summary: ValueSummary) => Promise<Outcome['document']>
}

/** Values portfolios, stores a snapshot of each, and shows them as they come. */
export async function runValue(cli: Cli, options: ValueOptions): Promise<Outcome> {
  const now = Date.now()
  const time = hourOf(options.at ?? now)
  if (options.all === true && cli.globals.portfolio !== null)
    throw usage('--all and --portfolio exclude each other.', 'Leave one of them out.')
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  // A page that is being stored is finished; the signal is looked at between pages.
  cli.stop.drain()
  const { store, writable: persist } = opened
  if (!persist) cli.out.warn('! The store is read-only: portfolios are valued, no snapshot is kept.')
  try {
    // The portfolio of a file counts as it stands now, whether it is the one asked for or one of all.
    const named = cli.globals.portfolio !== null
    const asked =
      named || portfolioInForce(config) !== null ? await portfolioToRead(cli, config, opened) : null
    const portfolio: Portfolio | null = named ? asked : null
    const tally = new ValueTally()
    const view = cli.out.json ? documents(cli, time) : lines(cli, time)
    const request = { portfolio, time, now, persist }
    const pages = valuePortfolios(request, store, markSettings(config), cli.stop.signal)
    for await (const page of pages) {
      tally.add(page)
      await view.page(page)
    }
    const { summary } = tally
    const exitCode = summary.incomplete === 0 ? EXIT.complete : EXIT.someMissing
    return { exitCode, text: null, document: await view.end(summary) }
  } finally {
    await store.close()
  }
}

function documents(cli: Cli, time: Hour): View {
  const label = cli.out.invented ? { invented: true } : {}
  const add = beginDocument({ ...label, time: formatTime(time) }, 'portfolios')
  return {
    page: ({ valued }) => add(valued.map(valueDocument)),
    end: async (summary) => () => ({ summary: valueSummaryDocument(summary) }),
  }
}

function lines(cli: Cli, time: Hour): View {
  const { width, colour } = cli.out
  const table = new ValueTable({ width, colour: colour.stdout })
  let begun = false
  return {
    async page({ valued, last }) {
      if (!begun && cli.out.invented) await toStdout(`${INVENTED}\n\n`)
      begun = true
      await toStdout(`${table.page(valued, last)}\n`)
    },
    async end(summary) {
      if (begun) await toStdout(`\n${valueFooter(summary, time)}\n`)
      else cli.out.note('No portfolio is stored: "tidemark init" writes one to edit.')
      return null
    },
  }
}

async function toStdout(text: string): Promise<void> {
  if (!process.stdout.write(scrub(text))) await once(process.stdout, 'drain')
}
