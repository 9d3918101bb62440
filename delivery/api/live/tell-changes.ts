import type { LedgerStore } from '#pipeline/ports.ts'
import type { PortfolioChange } from '../routes.ts'
import type { Newsroom } from './news.ts'

/** Tells those who watch a portfolio, on whichever server, that something of it was changed over the API. */
export function tellChanges(
  news: Newsroom,
  store: Pick<LedgerStore, 'portfolios'>,
): (change: PortfolioChange) => void {
  const tell = async ({ owner, portfolio, what }: PortfolioChange) => {
    const names = portfolio === null ? (await store.portfolios(owner)).map(({ name }) => name) : [portfolio]
    for (const name of names) news.tell({ type: 'changed', owner, portfolio: name, what })
  }
  // Whoever watches looks at the store by themselves too: the change is done, whatever comes of the news.
  return (change) => void tell(change).catch(() => undefined)
}
