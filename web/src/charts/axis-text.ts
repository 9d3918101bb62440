import { useCallback } from 'react'
import { tick } from '../format/money.ts'
import { useSettings } from '../settings/settings.ts'
import { useCurrency } from '../shell/currency.ts'
import { HIDDEN } from '../ui/Figure.tsx'

/** What stands at the lines of a chart. Amounts are hidden with all others; prices are public. */
export function useAxisText(what: 'amount' | 'price' = 'amount'): (value: number) => string {
  const { privacy, currencyName: name } = useSettings()
  const currency = useCurrency()
  return useCallback(
    (value) => (privacy && what === 'amount' ? HIDDEN : tick(value, { currency, name })),
    [privacy, what, currency, name],
  )
}
