import { tokenOf } from '#core/asset.ts'
import { formatTime, type Hour } from '#core/hour.ts'
import type { Valued } from '#pipeline/value/portfolio.ts'
import type { ValueSummary } from '#pipeline/value/tally.ts'
import {
  displayAsset,
  displayMoney,
  displayPercent,
  displayShare,
  displaySigned,
  MISSING_TEXT,
} from './number.ts'
import { missingWallets } from './readings.ts'
import { paint, type Paint } from './table.ts'
import { safeText, truncate, widthOf } from './text.ts'

export type ValueTableOptions = { readonly width: number | null; readonly colour: boolean }

type Column = {
  readonly head: string
  readonly number: boolean
  readonly text: (valued: Valued) => string
  readonly paint?: (colours: Paint, valued: Valued) => (text: string) => string
}

const GAP = '  '
/** Names longer than this are cut, whatever the width: those of later pages are not known when the first is printed. */
const NAME = 28
/** Numbers of later pages may be this much longer than those of the first. */
const ROOM = 2

const OWNER: Column = { head: 'owner', number: false, text: ({ snapshot }) => snapshot.owner }
const COLUMNS: readonly Column[] = [
  { head: 'portfolio', number: false, text: ({ snapshot }) => snapshot.portfolio },
  { head: 'value', number: true, text: ({ snapshot }) => displayMoney(snapshot.value) },
  { head: '', number: false, text: ({ snapshot }) => snapshot.quote.toUpperCase() },
  {
    head: '24 h',
    number: true,
    text: ({ snapshot }) => displaySigned(snapshot.change24h?.amount ?? null),
    paint: signColour,
  },
  {
    head: '24 h %',
    number: true,
    text: ({ snapshot }) => displayPercent(snapshot.change24h?.fraction ?? null),
    paint: signColour,
  },
  {
    head: 'quality',
    number: false,
    text: ({ snapshot }) => snapshot.quality,
    paint: (colours, { snapshot }) => (snapshot.quality === 'missing' ? colours.red : (text) => text),
  },
  { head: 'covered', number: true, text: ({ snapshot }) => displayShare(snapshot.coverage) },
  { head: 'missing', number: false, text: missingOf },
]

/**
 * Lines of portfolios, page by page. Widths are those of the first page, so that a hundred thousand lines can be
 * printed as they come; later names are cut to them, numbers never are.
 */
export class ValueTable {
  private readonly options: ValueTableOptions
  private columns: readonly Column[] = []
  private widths: readonly number[] = []

  constructor(options: ValueTableOptions) {
    this.options = options
  }

  /** @param last whether it is known that no other page follows */
  page(valued: readonly Valued[], last: boolean): string {
    const begins = this.widths.length === 0
    if (begins) this.measure(valued, last)
    const colours = paint(this.options.colour)
    const lines = valued.map((one) =>
      this.line(
        this.columns.map(({ text }) => safeText(text(one))),
        (at) => this.columns[at]?.paint?.(colours, one),
      ),
    )
    if (!begins) return lines.join('\n')
    const head = this.line(
      this.columns.map((column) => column.head),
      () => colours.dim,
    )
    return [head, ...lines].join('\n')
  }

  private measure(valued: readonly Valued[], last: boolean): void {
    const first = valued[0]?.snapshot.owner
    const alone = last && valued.every(({ snapshot }) => snapshot.owner === first)
    this.columns = alone ? COLUMNS : [OWNER, ...COLUMNS]
    const room = last ? 0 : ROOM
    this.widths = this.columns.map(({ head, number, text }) => {
      const most = valued.reduce((width, one) => Math.max(width, widthOf(safeText(text(one)))), widthOf(head))
      return number ? most + room : Math.min(most, NAME)
    })
  }

  private line(
    cells: readonly string[],
    colourOf: (column: number) => ((text: string) => string) | undefined,
  ): string {
    let used = 0
    const shown = cells.map((cell, at) => {
      const width = this.widths[at] as number
      const left = this.columns[at]?.number !== true
      // The last column takes what is left of the terminal.
      const end = at === cells.length - 1
      const most = end ? Math.max(8, (this.options.width ?? Infinity) - used) : width
      const text = left ? truncate(cell, most) : cell
      const space = ' '.repeat(Math.max(0, (end ? 0 : width) - widthOf(text)))
      used += width + GAP.length
      const painted = colourOf(at)?.(text) ?? text
      return left ? painted + space : space + painted
    })
    return shown.join(GAP).trimEnd()
  }
}

function signColour(colours: Paint, { snapshot }: Valued): (text: string) => string {
  const amount = snapshot.change24h?.amount ?? 0
  return amount > 0 ? colours.green : amount < 0 ? colours.red : (text) => text
}

function missingOf(valued: Valued): string {
  const { snapshot } = valued
  const assets = snapshot.positions
    .filter(({ quality }) => quality === 'missing')
    .map(({ asset }) => displayAsset(asset))
  return [...new Set(assets), ...missingWallets(valued).map((wallet) => `wallet ${wallet}`)].join(', ')
}

const FEW = 5

/** What all of them came to, and what is missing. */
export function valueFooter(summary: ValueSummary, time: Hour): string {
  const { portfolios, totals, incomplete, carriedWallets, carriedChains, withoutChange, snapshots } = summary
  const lines = totals.map(({ quote, portfolios: count, value, change24h, coverage }) => {
    const money = `${displayMoney(value)} ${quote.toUpperCase()}`
    const part = totals.length > 1 ? ` in ${counted(count, 'portfolio')}` : ''
    return `Total    ${money}${part}, ${displaySigned(change24h)} in 24 h, ${displayShare(coverage)} of it priced`
  })
  const stored = snapshots.added + snapshots.changed
  const kept = [stored > 0 ? `${grouped(stored)} stored` : '', unchanged(snapshots.unchanged)].filter(Boolean)
  lines.push(
    `Valued   ${counted(portfolios, 'portfolio')} at ${formatTime(time)}${kept.length > 0 ? `; snapshots: ${kept.join(', ')}` : ''}`,
  )
  if (incomplete > 0) lines.push(`Missing  in ${counted(incomplete, 'portfolio')}: ${missingText(summary)}`)
  if (summary.missing.some(({ asset }) => tokenOf(asset) !== null))
    lines.push(
      'Tokens   "tidemark tokens list --standing unpriced" has those without a price; "tidemark tokens hide ID" leaves one out',
    )
  if (carriedWallets > 0)
    lines.push(
      `Carried  ${counted(carriedWallets, 'wallet')} as last read on ${safeText(carriedChains.join(', '))}`,
    )
  if (withoutChange > 0)
    lines.push(
      `Change   ${MISSING_TEXT} for ${counted(withoutChange, 'portfolio')}: no mark 24 hours before to compare with`,
    )
  return lines.join('\n')
}

function missingText({ missing, missingWallets: unread, partlyRead }: ValueSummary): string {
  const never = unread - partlyRead
  const shown = missing
    .slice(0, FEW)
    .map(({ asset, portfolios }) => `${safeText(displayAsset(asset))} (${grouped(portfolios)})`)
  const more = missing.length - shown.length
  return [
    ...shown,
    ...(more > 0 ? [`${counted(more, 'other asset')}`] : []),
    ...(never > 0 ? [`${counted(never, 'wallet')} never read`] : []),
    ...(partlyRead > 0 ? [`${counted(partlyRead, 'wallet')} not read on every chain`] : []),
  ].join(', ')
}

const grouped = (value: number): string => value.toLocaleString('en-US')
const counted = (value: number, word: string): string => `${grouped(value)} ${word}${value === 1 ? '' : 's'}`
const unchanged = (count: number): string => (count > 0 ? `${grouped(count)} unchanged` : '')
