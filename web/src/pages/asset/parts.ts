import type { Answer } from '../../api/types.ts'
import { pixels } from '../../format/decimal.ts'

export type Page = Answer<'GET /assets/:asset'>
export type Token = Page['pnl']['tokens'][number]

/** Why a PnL is what it is, in the order in which it is told. */
export const PARTS = [
  { key: 'price', name: 'Prices', what: 'what was held changed its price' },
  { key: 'trading', name: 'Trading', what: 'bought or sold at another price than that of the hour' },
  { key: 'income', name: 'Income', what: 'rewards, airdrops and interest' },
  { key: 'fees', name: 'Fees and gas', what: 'paid for doing things' },
  { key: 'loss', name: 'Losses', what: 'lost for good' },
  { key: 'residual', name: 'Rounding', what: 'what the parts leave' },
] as const
export type PartKey = (typeof PARTS)[number]['key']

/** Parts that did something at all. */
export function partsOf(token: Pick<Token, 'attribution'>): readonly (typeof PARTS)[number][] {
  return PARTS.filter(({ key }) => isSome(token.attribution[key]))
}

/** Parts of which at least one stretch has some. */
export function partsIn(hourly: NonNullable<Page['hourly']>): readonly (typeof PARTS)[number][] {
  return PARTS.filter(({ key }) => key === 'price' || hourly[key].some(isSome))
}

const isSome = (text: string | null): boolean => text !== null && text !== '0'

export type SourceRow = {
  readonly provider: string
  readonly time: string | null
  readonly price: string | null
  /** How far it is from the mark of its hour; null where there is none. */
  readonly difference: number | null
}

/** The newest price of each source beside the mark that counts at its hour. */
export function sourceRows({ sources, pnl: { hours, tokens } }: Pick<Page, 'sources' | 'pnl'>): SourceRow[] {
  const places = new Map(hours.map((hour, index) => [hour, index]))
  return sources.map(({ provider, time, price }) => {
    const at = price.findLastIndex((each) => each !== null)
    const [when = null, newest = null] = [time[at], price[at]]
    const mark = when === null ? null : pixels(tokens[0]?.mark[places.get(when) ?? -1])
    const own = pixels(newest)
    const difference = mark === null || own === null || mark === 0 ? null : own / mark - 1
    return { provider, time: when, price: newest, difference }
  })
}

/** The last of a series that is known, and how many hours before its end that is. */
export function lastKnown(series: readonly (string | null)[]): string | null {
  return series.findLast((value) => value !== null) ?? null
}
