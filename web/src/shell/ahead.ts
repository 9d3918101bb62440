import type { QueryClient } from '@tanstack/react-query'
import { setupToken, shareToken } from '../api/session.ts'
import { askAhead } from '../api/use-api.ts'
import { lastPortfolio, lastRange } from '../settings/settings.ts'
import { rangeOf } from './range.ts'

/**
 * Asks at once for what the first screen will ask for one after the other, and loads its parts meanwhile: of whoever has
 * been here before it is known which portfolio they look at.
 */
export function loadAhead(client: QueryClient): void {
  if (location.pathname !== '/' || setupToken !== null) return
  void import('../pages/overview/Overview.tsx')
  if (shareToken !== null) return
  const params = new URLSearchParams(location.search)
  const portfolio = params.get('portfolio') ?? lastPortfolio()
  askAhead(client, 'GET /me', {})
  if (portfolio === null) return
  askAhead(client, 'GET /portfolios', {})
  askAhead(client, 'GET /portfolio/dashboard', {
    query: { portfolio, ...rangeOf(params, lastRange()).query },
  })
}
