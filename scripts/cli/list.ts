import { safeText } from '#delivery/text.ts'
import type { Page } from '#pipeline/queries/page.ts'
import type { Cli } from './context.ts'
import type { PageOptions } from './options.ts'
import type { Outcome } from './output.ts'
import { grouped } from './plan-text.ts'

/** A column of a list: its heading and its text in a row. Numbers stand to the right. */
export type ListColumn<Row> = {
  readonly head: string
  readonly number?: true
  readonly text: (row: Row) => string
}

export type List<Row> = {
  /** What the rows are, in the plural: `coins`. */
  readonly name: string
  readonly columns: readonly ListColumn<Row>[]
  /** A row as `--json` prints it. */
  readonly document: (row: Row) => object
  /** Said where there are none. */
  readonly empty: string
}

/** The rows that the options ask for. */
export function pageAsk({ limit, page }: PageOptions): { limit: number; offset: number } {
  return { limit, offset: (page - 1) * limit }
}

/** A page of a list as a table, or as a document; where the page ends is said on stderr. */
export function listOutcome<Row>(
  cli: Cli,
  list: List<Row>,
  { rows, total }: Page<Row>,
  { limit, page }: PageOptions,
  named?: (text: string) => string,
): Outcome {
  return {
    exitCode: 0,
    text: async () => {
      if (total === 0) cli.out.note(list.empty)
      else if (total > rows.length) cli.out.note(pageNote(list.name, rows.length, total, limit, page))
      return rows.length === 0 ? '' : listTable(cli, list, rows, named)
    },
    document: () => ({ total, page, limit, [list.name]: rows.map(list.document) }),
  }
}

/**
 * The rows as a table without borders.
 * @param named puts names in the place of ids
 */
export async function listTable<Row>(
  cli: Cli,
  { columns }: List<Row>,
  rows: readonly Row[],
  named: (text: string) => string = (text) => text,
): Promise<string> {
  const { renderTable } = await import('#delivery/table.ts')
  return renderTable(
    columns.map(({ head, number }) => ({ head, align: number ? 'right' : 'left' })),
    rows.map((row) => columns.map(({ text }) => safeText(named(text(row))))),
    { width: cli.out.width, colour: cli.out.colour.stdout },
  )
}

function pageNote(name: string, shown: number, total: number, limit: number, page: number): string {
  const first = (page - 1) * limit + 1
  const last = first + shown - 1
  if (shown === 0)
    return `There is no page ${page}: ${grouped(total)} ${name} are ${Math.ceil(total / limit)} pages.`
  const more = last < total ? `; --page ${page + 1} shows more` : ''
  return `${grouped(first)} to ${grouped(last)} of ${grouped(total)} ${name}${more}`
}
