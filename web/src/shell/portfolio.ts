import { useApi } from '../api/use-api.ts'
import { useMe } from '../api/use-me.ts'
import { changeSettings, useSettings } from '../settings/settings.ts'
import { usePlace } from './place.ts'
import { useRange } from './range.ts'

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
  const shared = useMe()?.portfolios?.[0] ?? null
  const own = useApi('GET /portfolios', {}, { enabled: shared === null })
  const theirs = useShared(shared)
  const { isPending, error } = shared === null ? own : theirs
  const all = (shared === null ? own.data?.portfolios : theirs.all) ?? []
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

/** The one that a link shows; whoever came by it may not list any. The shell asks the same, so it is one request. */
function useShared(name: string | null) {
  const { query } = useRange()
  const { data, isPending, error } = useApi(
    'GET /portfolio/dashboard',
    { query: { portfolio: name ?? undefined, ...query } },
    { enabled: name !== null },
  )
  const all = name === null ? [] : [{ name, baseCurrency: data?.baseCurrency ?? 'usd', wallets: 0 }]
  return { all, isPending, error }
}
