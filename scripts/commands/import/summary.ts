import { formatTime } from '#core/hour.ts'
import { visible } from '#core/reading.ts'
import type { OpenedImport } from '#ingestion/imports/read.ts'
import type { FlowImportResult } from '#pipeline/ports.ts'
import type { Outcome } from '../../cli/output.ts'
import { count, grouped } from '../../cli/plan-text.ts'

const LINES_SHOWN = 12
const SYMBOLS_SHOWN = 8

/** What an import ends with: what is new, what was passed over, and what to do about what is not known. */
export function importOutcome(
  result: FlowImportResult,
  { format, title, report }: OpenedImport,
  about: { portfolio: string; dryRun: boolean },
): Outcome {
  const { added, unchanged, retired, goneCount, sameAsOther, byHand = 0 } = result
  const gone = result.gone.map(({ line, time, asset, quantity, kind }) => ({
    line,
    time: formatTime(time),
    asset,
    quantity,
    kind,
  }))
  const passed = [...report.passed].map(([reason, { count, first }]) => ({ reason, count, lines: first }))
  const unknown = [...report.unknown]
    .map(([symbol, count]) => ({ symbol, asset: `symbol:${symbol}`, count }))
    .sort((a, b) => b.count - a.count)
  const verb = about.dryRun ? 'Would import' : 'Imported'
  return {
    exitCode: 0,
    text: () =>
      [
        `${verb} into "${about.portfolio}": ${grouped(added)} new, ${grouped(unchanged)} unchanged, ${grouped(retired)} retired`,
        ...(format === 'flows' ? [] : [`${title}: ${count(report.rows, 'row')} read`]),
        ...(sameAsOther > 0 ? [`${grouped(sameAsOther)} left out: another source gave them already`] : []),
        ...(byHand > 0
          ? [
              `${grouped(byHand)} left out: edited, paired or removed by hand ("tidemark flows restore" takes that back)`,
            ]
          : []),
        ...passed.map(
          ({ reason, count, lines }) =>
            `${grouped(count)} passed over (${reason}): ${linesText(lines, count)}`,
        ),
        ...faultLines(report),
        ...unreadLines([...report.unread.values()]),
        ...unknownLines(unknown),
        ...goneLines(gone, goneCount),
      ].join('\n'),
    document: () => ({
      portfolio: about.portfolio,
      dryRun: about.dryRun,
      format,
      rows: report.rows,
      added,
      unchanged,
      retired,
      sameAsOther,
      byHand,
      passed,
      skipped: { count: report.faulty, faults: report.faults },
      unread: [...report.unread.values()],
      unknownAssets: unknown,
      goneCount,
      gone,
    }),
  }
}

function linesText(lines: readonly number[], count: number): string {
  const shown = lines.slice(0, LINES_SHOWN).join(', ')
  return `${count === 1 ? 'line' : 'lines'} ${shown}${count > LINES_SHOWN ? ', …' : ''}`
}

function faultLines({ faults, faulty }: OpenedImport['report']): string[] {
  if (faulty === 0) return []
  return [
    `! ${faulty === 1 ? '1 fault; this row was' : `${grouped(faulty)} faults; these rows were`} left out:`,
    ...faults.map((fault) => `    ${fault}`),
  ]
}

function unreadLines(words: readonly { column: string; word: string; count: number }[]): string[] {
  if (words.length === 0) return []
  const shown = words
    .slice(0, SYMBOLS_SHOWN)
    .map(({ column, word, count }) => `${column} "${visible(word.slice(0, 60))}" (${grouped(count)})`)
  const more = words.length > shown.length ? `, and ${words.length - shown.length} more` : ''
  return [
    `! ${words.length === 1 ? '1 word means' : `${words.length} words mean`} nothing to this format; the rows count as if it were empty, and the note keeps it: ${shown.join(', ')}${more}`,
  ]
}

function unknownLines(unknown: readonly { symbol: string; count: number }[]): string[] {
  if (unknown.length === 0) return []
  const shown = unknown
    .slice(0, SYMBOLS_SHOWN)
    .map(({ symbol, count }) => `${visible(symbol)} (${grouped(count)})`)
  const more = unknown.length > shown.length ? `, and ${unknown.length - shown.length} more` : ''
  return [
    `! ${unknown.length === 1 ? '1 symbol that nobody knows is' : `${unknown.length} symbols that nobody knows are`} kept as symbol:NAME, without a price: ${shown.join(', ')}${more}`,
    '    Name their ids in a file of lines "SYMBOL: coingecko-id", give it with --assets, and import again with --replace.',
  ]
}

type Gone = { line: number | null; time: string; kind: string; quantity: string; asset: string }

function goneLines(rows: readonly Gone[], count: number): string[] {
  if (count === 0) return []
  return [
    `! ${count === 1 ? '1 row of an earlier import of this file is' : `${grouped(count)} rows of an earlier import of this file are`} no longer in it; --replace retires them:`,
    ...rows.map((row) => `    line ${row.line ?? '?'}: ${row.time} ${row.kind} ${row.quantity} ${row.asset}`),
    ...(count > rows.length ? [`    and ${grouped(count - rows.length)} more`] : []),
  ]
}
