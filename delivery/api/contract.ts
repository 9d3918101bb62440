import type { z } from 'zod'
import { DATA_ROUTES } from './contract/data.ts'
import { LIVE_ROUTES } from './contract/live.ts'
import { LOT_ROUTES } from './contract/lots.ts'
import { PORTFOLIO_ROUTES } from './contract/portfolio.ts'
import type { Route } from './contract/route.ts'
import { SESSION_ROUTES } from './contract/session.ts'
import { WALLET_ROUTES } from './contract/wallets.ts'

/**
 * Every route of the API. Server, OpenAPI page, typed client and web read it from here; fields may be added to what is
 * answered, and none is taken away.
 */
export const ROUTES = {
  ...SESSION_ROUTES,
  ...LIVE_ROUTES,
  ...PORTFOLIO_ROUTES,
  ...LOT_ROUTES,
  ...WALLET_ROUTES,
  ...DATA_ROUTES,
} as const satisfies Record<string, Route>
export type Routes = typeof ROUTES
export type RouteName = keyof Routes

export type { Heard, ToldLive } from './contract/live.ts'

/** Parts of a request, as they are after they were read. */
export type Asked<N extends RouteName> = {
  readonly params: Routes[N] extends { params: infer P extends z.ZodType } ? z.infer<P> : undefined
  readonly query: Routes[N] extends { query: infer Q extends z.ZodType } ? z.infer<Q> : undefined
  readonly body: Routes[N] extends { body: infer B extends z.ZodType } ? z.infer<B> : undefined
}
/** What a route answers with; downloads and empty answers have no document. */
export type Answered<N extends RouteName> = Routes[N]['answer'] extends infer A extends z.ZodType
  ? z.infer<A>
  : null
