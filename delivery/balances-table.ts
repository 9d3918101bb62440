import { checksumAddress } from '#core/address.ts'
import { formatTime } from '#core/hour.ts'
import type { BalanceReport, ChainOutcome } from '#pipeline/chain/balances.ts'
import type { ValuedBalance } from '#pipeline/chain/balance-value.ts'
import {
  displayAsset,
  displayMoney,
  displayPrice,
  displayQuantity,
  displayShare,
  MISSING_TEXT,
} from './number.ts'
import { paint, renderTable, type Cell, type Column } from './table.ts'
import { safeText } from './text.ts'

export type BalancesTableOptions = {
  readonly width: number | null
  readonly colour: boolean
  /** What a wallet is called, where it is. */
  readonly labelOf: (address: string) => string | null
}

/** Balances as people read them: a table, the total, what could not be read, and tokens that are not what they seem. */
export function balancesText(report: BalanceReport, options: BalancesTableOptions): string {
  const parts = [
    report.balances.length === 0 ? '' : balanceTable(report, options),
    totalLines(report).join('\n'),
    report.suspects.length === 0 ? '' : suspectText(report.suspects, options),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const COLUMNS: readonly Column[] = [
  { head: 'wallet', align: 'left' },
  { head: 'chain', align: 'left' },
  { head: 'token', align: 'left' },
  { head: 'asset', align: 'left' },
  { head: 'quantity', align: 'right' },
  { head: 'mark', align: 'right' },
  { head: 'value', align: 'right' },
  { head: 'quality', align: 'left', whole: true },
]

function balanceTable({ balances }: BalanceReport, options: BalancesTableOptions): string {
  const reasons = balances.some(({ reason }) => reason !== null)
  const columns = reasons ? [...COLUMNS, { head: 'why', align: 'left' } as const] : COLUMNS
  const colours = paint(options.colour)
  const rows = balances.map((row): Cell[] => {
    const quality = qualityText(row)
    return [
      walletText(row.wallet, options),
      row.chain,
      safeText(row.symbol || shortAddress(row.contract)),
      safeText(displayAsset(row.asset)),
      quantityText(row),
      row.mark === null ? MISSING_TEXT : displayPrice(row.mark),
      displayMoney(row.value),
      row.quality === 'missing' ? { text: quality, paint: colours.red } : quality,
      ...(reasons ? [safeText(row.reason ?? '')] : []),
    ]
  })
  return renderTable(columns, rows, options)
}

/** A balance without a quantity in units still says how many base units there are. */
function quantityText({ quantity, amount }: ValuedBalance): string {
  return quantity === null && amount !== null ? `${amount} base units` : displayQuantity(quantity)
}

function qualityText({ quality, standing, age, mark, amount, quantity }: ValuedBalance): string {
  if (standing === 'hidden') return 'hidden'
  const unpriced = standing === 'unpriced' && mark === null && (amount ?? quantity) !== null
  const word = unpriced ? 'unpriced' : quality
  return age === null ? word : `${word}, ${ageText(age)} old`
}

function totalLines(report: BalanceReport): string[] {
  const { total, quote, hour, chains } = report
  const words = [
    `${displayMoney(total.value)} ${quote.toUpperCase()} at ${formatTime(hour)}`,
    `${displayShare(total.coverage)} of it priced now`,
    `${displayShare(total.coverageByCount)} of the tokens`,
  ]
  const old = total.age === null ? '' : `, with balances up to ${ageText(total.age)} old`
  return [`Total ${words.join(', ')} (${total.quality})${old}`, ...chains.map(chainLine)]
}

function chainLine({ chain, block, error, carried, unread }: ChainOutcome): string {
  if (error === null) {
    if (block === null) return `${chain}: the chain began later`
    return `${chain}: block ${block.number} of ${formatTime(block.time)}`
  }
  const shown = carried > 0 ? `${wallets(carried)} as last read` : ''
  const lacking = unread > 0 ? `${wallets(unread)} not read at all, and not in the total` : ''
  const what = [shown, lacking].filter((text) => text !== '').join('; ')
  return `${chain}: not read (${safeText(error.message)}): ${what}`
}

const wallets = (count: number): string => `${count} ${count === 1 ? 'wallet' : 'wallets'}`

function suspectText(suspects: readonly ValuedBalance[], options: BalancesTableOptions): string {
  const columns: Column[] = [
    { head: 'wallet', align: 'left' },
    { head: 'chain', align: 'left' },
    { head: 'calls itself', align: 'left' },
    { head: 'contract', align: 'left', whole: true },
    { head: 'quantity', align: 'right' },
  ]
  const rows = suspects.map((row) => [
    walletText(row.wallet, options),
    row.chain,
    safeText(row.symbol),
    row.contract,
    quantityText(row),
  ])
  const head =
    'Not valued: tokens that wear the symbol of another one. "tokens confirm" counts one, "tokens hide" hides it.'
  return `${head}\n${renderTable(columns, rows, options)}`
}

function walletText(address: string, { labelOf }: BalancesTableOptions): string {
  return safeText(labelOf(address) ?? shortAddress(address))
}

/** Enough of an address to tell it from others of one's own. */
function shortAddress(address: string): string {
  if (!address.startsWith('0x')) return address
  const full = checksumAddress(address)
  return `${full.slice(0, 8)}\u2026${full.slice(-6)}`
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 120) return minutes === 0 ? 'under 1 min' : `${minutes} min`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`
}
