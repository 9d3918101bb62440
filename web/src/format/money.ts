import { reaches } from './decimal.ts'
import { formatOf, print, type NumberStyle, type Shown } from './number.ts'

/** How a currency is named: `$1.00`, `US$1.00` where others have the sign too, or `USD 1.00`. */
export type CurrencyName = 'narrowSymbol' | 'symbol' | 'code'

export type MoneyKind = 'balance' | 'pnl' | 'paid'

export type MoneyStyle = {
  readonly currency: string
  readonly name?: CurrencyName
  /**
   * What was made is rounded half-even and has its sign; what was paid or got is too, so that both add up, without a plus;
   * what is there is rounded down.
   */
  readonly kind?: MoneyKind
  /** In cards a million and more is cut to four digits. Tables are always in full. */
  readonly compact?: boolean
}

/** Quotes that are coins are counted finer than money of a state. */
const COIN_DECIMALS: Readonly<Record<string, number>> = { btc: 8, eth: 8 }

/** Money: two decimals (coins as quote: eight). */
export function money(
  text: string,
  { currency, name, kind = 'balance', compact = false }: MoneyStyle,
): Shown {
  const style: NumberStyle = {
    ...currencyStyle(currency, name),
    roundingMode: kind === 'balance' ? 'trunc' : 'halfEven',
    signDisplay: kind === 'pnl' ? 'exceptZero' : 'negative',
  }
  const full = print(text, { ...style, ...decimalsOf(currency) })
  if (!compact || !reaches(text, 6)) return { text: full, full }
  return {
    text: print(text, {
      ...style,
      ...{ notation: 'compact', minimumSignificantDigits: 4, maximumSignificantDigits: 4 },
    }),
    full,
  }
}

/** What stands at a line of a chart, which is a round number: `$118.5K`. */
export function tick(value: number, { currency, name }: Pick<MoneyStyle, 'currency' | 'name'>): string {
  const style = currencyStyle(currency, name)
  return formatOf({ ...style, notation: 'compact', maximumSignificantDigits: 4 }).format(value)
}

export function decimalsOf(currency: string): NumberStyle {
  const decimals = COIN_DECIMALS[currency.toLowerCase()] ?? 2
  return { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
}

export function currencyStyle(currency: string, name: CurrencyName = 'narrowSymbol'): NumberStyle {
  // Intl wants three letters; a currency that has others is a number without a name.
  if (!/^[a-z]{3}$/i.test(currency)) return {}
  return { style: 'currency', currency: currency.toUpperCase(), currencyDisplay: name }
}
