import type { RouteName } from './contract.ts'
import { etagOf } from './etag.ts'
import { Refusal } from './problem.ts'
import type { Principal, Reply } from './types.ts'

/** Routes that still say something without amounts; all others would tell them by rows, files or addresses. */
const SHOWN: readonly RouteName[] = [
  'portfolio',
  'dashboard',
  'history',
  'pnl',
  'me',
  'signOut',
  'liveTicket',
]

const AMOUNTS: ReadonlySet<string> = new Set(['value', 'quantity', 'pnl', 'step', 'external', 'exchanged'])

/** @throws Refusal FORBIDDEN where somebody who is shown no amounts asks for what is nothing without them */
export function refuseAmounts(name: RouteName, who: Principal | null): void {
  if (who?.hideAmounts !== true || SHOWN.includes(name)) return
  throw new Refusal('FORBIDDEN', 'This link shows no amounts.', 'Ask whoever gave it to you for another one.')
}

/** The answer as somebody sees it who is shown no amounts. */
export function withoutAmounts({ status, body, etag }: Reply): Reply {
  const document = hideAmounts(JSON.parse(new TextDecoder().decode(body)))
  const shown = new TextEncoder().encode(JSON.stringify(document))
  // A tag over what is hidden would be a way to try guesses of it.
  return { status, body: shown, etag: etag === null ? null : etagOf(shown) }
}

/**
 * A document without what somebody owns: amounts are null, parts and per cents stay, and so do prices, which everybody
 * can look up. Wallets have no address either, since anybody reads from the chain what lies there. A history gets
 * `index`: its values as parts of the first.
 */
export function hideAmounts(document: unknown): unknown {
  return hidden(document, '')
}

function hidden(part: unknown, name: string): unknown {
  if (Array.isArray(part)) {
    if (name === 'missingWallets' || name === 'carriedWallets') return []
    return part.map((each) => hidden(each, AMOUNTS.has(name) ? name : ''))
  }
  if (typeof part !== 'object' || part === null) return AMOUNTS.has(name) ? null : part
  const fields = Object.entries(part as Record<string, unknown>)
  if (name === 'attribution') return Object.fromEntries(fields.map(([key]) => [key, null]))
  const rest = Object.fromEntries(fields.map(([key, value]) => [key, hidden(value, key)]))
  if (name === 'allocation') return { ...rest, wallet: [] }
  if ('wallet' in rest) return { ...rest, wallet: '', label: null }
  return 'time' in part && 'value' in part && Array.isArray(part.value)
    ? { ...rest, index: indexOf(part.value as (string | null)[]) }
    : rest
}

function indexOf(values: readonly (string | null)[]): (number | null)[] {
  const first = Number(values.find((value) => value !== null && Number(value) !== 0) ?? NaN)
  return values.map((value) => {
    const part = value === null ? NaN : Number(value) / first
    return Number.isFinite(part) ? Number(part.toFixed(6)) : null
  })
}
