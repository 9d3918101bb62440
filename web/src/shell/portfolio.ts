import { useApi } from '../api/use-api.ts'
import { changeSettings, useSettings } from '../settings/settings.ts'
import { usePlace } from './place.ts'

export type PortfolioChoice = {
  /** Null until it is known, and where there is none. */
  readonly name: string | null
  readonly baseCurrency: string
  readonly all: readonly { readonly name: string; readonly baseCurrency: string; readonly wallets: number }[]
  readonly isPending: boolean
  readonly error: Error | null
  readonly choose: (name: string) => void
}

/** The portfolio that is shown: from the address, else that of the last visit, else the first. */
export function usePortfolio(): PortfolioChoice {
  const { params, change } = usePlace()
  const { portfolio: kept } = useSettings()
  const { data, isPending, error } = useApi('GET /portfolios', {})
  const all = data?.portfolios ?? []
  const wanted = [params.get('portfolio'), kept]
  const found = wanted.flatMap((name) => all.find((one) => one.name === name) ?? [])[0] ?? all[0]
  const choose = (name: string): void => {
    changeSettings({ portfolio: name })
    change({ portfolio: name })
  }
  return {
    name: found?.name ?? null,
    baseCurrency: found?.baseCurrency ?? 'usd',
    all,
    isPending,
    error,
    choose,
  }
}
