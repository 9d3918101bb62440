import { basename } from 'node:path'
import { readBaseCurrency } from '#config/base-currency.ts'
import type { Quote } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { formatTime } from '#core/hour.ts'
import { LOCAL_OWNER, portfolioBook, type Portfolio } from '#core/portfolio.ts'
import { named, type Named } from '#delivery/named.ts'
import { readMarks, type MarkRow } from '#ingestion/marks-csv/read.ts'
import type { LotPorts } from '#pipeline/lots/store-input.ts'
import { tokenNames, type NamePorts } from '#pipeline/queries/token-names.ts'
import type { LotInput } from '#pnl/lots/lots.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import type { Cli } from '../../cli/context.ts'
import { usage } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { inputOf, namedFlowsReader, refuseUnreadable, STDIN } from '../../wiring/files.ts'
import { portfolioToRead } from '../../wiring/portfolio.ts'
import { markSettings } from '../../wiring/settings.ts'
import { openForQuery } from '../../wiring/store.ts'
import type { SourceOptions } from './options.ts'

/** What lots are computed from, and what the result says of it. */
export type LotSource = {
  readonly input: LotInput
  readonly portfolio: string | null
  readonly baseCurrency: string
  readonly timed: boolean
  /** Puts names in the place of ids; of files alone nothing is known. */
  readonly named?: Named
}

/** A store opened for a question, with the portfolio that it is about. */
export type Opened = {
  readonly store: LotPorts & NamePorts
  readonly portfolio: Portfolio | null
  readonly settings: MarkSettings
  readonly quote: Quote
}

/** Whether two files are all there is: no store is opened and no setting is read. */
export const fromFilesAlone = ({ flows, marks }: SourceOptions): boolean =>
  flows !== undefined && marks !== undefined

/**
 * Flows and marks as the options name them: two files are all there is to a calculation without a store; otherwise what
 * no file gives comes from the store.
 */
export async function lotSource(cli: Cli, options: SourceOptions): Promise<LotSource> {
  const { flows, marks } = options
  for (const file of [flows, marks]) if (file !== undefined) refuseUnreadable(file)
  if (flows === STDIN && marks === STDIN)
    throw usage('--flows and --marks cannot both be stdin.', 'Name a file for one of them.')
  if (flows !== undefined && marks !== undefined) return fromFiles(flows, marks, options)
  return withStore(cli, (opened) => fromStore(opened, options))
}

async function fromFiles(flowsFile: string, marksFile: string, options: SourceOptions): Promise<LotSource> {
  const { pureInput } = await import('#pipeline/lots/pure.ts')
  const quote = quoteOf(options.base) ?? ('usd' as Quote)
  const marks = await marksOf(marksFile)
  const flows = await flowsOf(flowsFile, true)
  const { input, timed } = pureInput({ flows, marks, quote, at: options.at ?? null })
  return { input, timed, portfolio: null, baseCurrency: quote }
}

/** Opens the store and its portfolio for the time of a question. */
export async function withStore<T>(cli: Cli, work: (opened: Opened) => Promise<T>): Promise<T> {
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    const quote = portfolio?.baseCurrency ?? config.baseCurrency
    return await work({ store: opened.store, portfolio, settings: markSettings(config), quote })
  } finally {
    await opened.store.close()
  }
}

/** Lots of the stored portfolio, or of a file by the store's marks. */
export async function fromStore(
  { store, portfolio, settings, quote }: Opened,
  { flows: file, marks, base, at }: SourceOptions,
): Promise<LotSource> {
  const now = Date.now()
  const { fileInput, storeInput } = await import('#pipeline/lots/store-input.ts')
  if (at !== undefined && at > now)
    throw usage(
      `--at ${formatTime(at)} is in the future.`,
      'Leave it out: then it is the newest hour with prices.',
    )
  if (file !== undefined) {
    const currency = quoteOf(base) ?? quote
    const flows = await flowsOf(file, false)
    const input = await fileInput(flows, { quote: currency, at: at ?? null, now }, store, settings)
    return { input, timed: true, portfolio: null, baseCurrency: currency }
  }
  if (base !== undefined)
    throw usage('--base goes with --flows.', 'The base currency of a portfolio is in its file.')
  const asked = portfolio ?? NOTHING(quote)
  const input = await storeInput({ portfolio: asked, at: at ?? null, now }, store, settings)
  const assets = new Set(input.flows.map(({ asset }) => asset))
  const source = {
    ...{ input, timed: true, portfolio: asked.name, baseCurrency: asked.baseCurrency },
    named: named(await tokenNames(store, assets), asked.wallets),
  }
  if (marks === undefined) return source
  const { pureInput } = await import('#pipeline/lots/pure.ts')
  const files = { flows: input.flows, marks: await marksOf(marks), quote: asked.baseCurrency, at: at ?? null }
  const { input: pure, timed } = pureInput(files)
  return { ...source, timed, input: { ...pure, names: input.names } }
}

/** Without a portfolio there is nothing, and that is an answer. */
const NOTHING = (quote: Quote): Portfolio => ({
  owner: LOCAL_OWNER,
  name: 'main',
  baseCurrency: quote,
  wallets: [],
  holdings: [],
  flowsFile: null,
})

function quoteOf(base: string | undefined): Quote | null {
  if (base === undefined) return null
  const reading = readBaseCurrency(base)
  if (reading.fault === null) return reading.value
  throw usage(`--base: ${reading.fault}.`, 'Use an ISO code such as usd, or btc or eth.')
}

const shortName = (file: string): string => (file === STDIN ? 'stdin' : basename(file))

const marksOf = (file: string): Promise<MarkRow[]> => readMarks(inputOf(file), shortName(file))

/** Ids and the place of a row do not depend on where the file lies: the same file says the same from any folder. */
async function flowsOf(file: string, asIs: boolean): Promise<Flow[]> {
  const place = {
    owner: LOCAL_OWNER,
    book: portfolioBook('main'),
    source: 'flows',
    file: shortName(file),
    // No clock is read for a calculation from files: a time in the future is as good as any.
    now: asIs ? Infinity : Date.now(),
    asIs,
  }
  const flows: Flow[] = []
  for await (const piece of namedFlowsReader(file, place)) for (const flow of piece) flows.push(flow)
  return flows
}
