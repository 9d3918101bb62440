import type { Answer } from '../../api/types.ts'
import { addDecimals, compareDecimals } from '../../format/decimal.ts'

type Dashboard = Answer<'GET /portfolio/dashboard'>
export type Slice = Dashboard['allocation']['asset'][number]
export type Holding = Dashboard['holdings'][number]

/** Parts that are listed by themselves; what is left is one more. */
const MOST = 8
const RANK = ['missing', 'carried', 'estimated', 'ok'] as const

/** The greatest parts, and all others as one: exactly what they come to, at the worst of their qualities. */
export function withOthers(slices: readonly Slice[], most = MOST): readonly Slice[] {
  if (slices.length <= most + 1) return slices
  const rest = slices.slice(most)
  const values = rest.flatMap(({ value }) => value ?? [])
  const shares = rest.flatMap(({ share }) => share ?? [])
  return [
    ...slices.slice(0, most),
    {
      key: '\0others',
      label: `${String(rest.length)} others`,
      value: values.length === 0 ? null : addDecimals(values),
      share:
        shares.length === 0
          ? null
          : Math.min(
              1,
              shares.reduce((sum, part) => sum + part, 0),
            ),
      quality: RANK.find((quality) => rest.some((slice) => slice.quality === quality)) ?? 'ok',
    },
  ]
}

/** Worth less than one of the base currency, debts as their size. What has no price is never small. */
export function isSmall({ value }: Holding): boolean {
  return value !== null && compareDecimals(value.replace('-', ''), '1') < 0
}

/** Holdings that somebody looks for, and how many of them are not shown for being small. */
export function shownHoldings(
  holdings: readonly Holding[],
  { text, hideSmall }: { readonly text: string; readonly hideSmall: boolean },
): { readonly rows: readonly Holding[]; readonly hidden: number } {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const found = holdings.filter((holding) => words.every((word) => saidOf(holding).includes(word)))
  const rows = hideSmall ? found.filter((holding) => !isSmall(holding)) : found
  return { rows, hidden: found.length - rows.length }
}

const saidOf = ({ asset, symbol, wallet, label, chain }: Holding): string =>
  [asset, symbol, wallet, label ?? '', chain].join(' ').toLowerCase()

/** An address is cut in its middle, where nobody reads it; other ids stay. */
export function shortId(id: string): string {
  return id.replace(
    /0x[0-9a-fA-F]{12,}|[0-9A-Za-z]{32,}/g,
    (address) => `${address.slice(0, 6)}…${address.slice(-4)}`,
  )
}

/** `3 h`, from the source of a mark that is carried over (`carried:3h coingecko`). */
export function ageOfMark(source: string | null): string | undefined {
  const hours = /^carried:(\d+)h\b/.exec(source ?? '')?.[1]
  return hours === undefined ? undefined : `${hours} h`
}
