import type { LedgerStore } from '#pipeline/ports.ts'
import { Refusal } from '../../problem.ts'
import type { OwnRoutes } from '../../routes.ts'
import type { ApiToken } from '../api-tokens.ts'
import type { Authority } from '../authority.ts'
import type { Share } from '../shares.ts'
import { accountOf, expiry, isoOf, notThere, stampOf } from './parts.ts'

/** What is handed out so that others come in: tokens of programs, and links that show a portfolio. */
export function handedOutRoutes(
  authority: Authority,
  portfolios: Pick<LedgerStore, 'portfolios'>,
  now: () => number,
) {
  const { tokens, shares } = authority
  return {
    tokens: async (_ask, call) => {
      const { value: user } = await accountOf(authority, call)
      return { ...stampOf(now), tokens: (await tokens.list(user)).map(tokenDocument) }
    },
    addToken: async ({ body }, call) => {
      const { value: user } = await accountOf(authority, call)
      const { token, text } = await tokens.add(user, body)
      return { ...tokenDocument(token), token: text }
    },
    revokeToken: async ({ params }, call) => {
      const { value: user } = await accountOf(authority, call)
      if (!(await tokens.revoke(user, params.id))) throw notThere('token')
      authority.forget()
      return null
    },
    shares: async ({ owner }) => ({
      ...stampOf(now),
      shares: (await shares.list(owner)).map(shareDocument),
    }),
    addShare: async ({ body, owner }, call) => {
      const { value: user } = await accountOf(authority, call)
      const own = await portfolios.portfolios(owner)
      if (!own.some(({ name }) => name === body.portfolio))
        throw new Refusal('NOT_FOUND', 'There is no such portfolio.', 'GET /portfolios lists yours.')
      const { share, text } = await shares.add(user, body)
      return { ...shareDocument(share), link: `/#share=${text}` }
    },
    revokeShare: async ({ params, owner }) => {
      if (!(await shares.revoke(owner, params.id))) throw notThere('link')
      authority.forget()
      return null
    },
  } satisfies OwnRoutes
}

const tokenDocument = (token: ApiToken) => ({
  ...{ id: token.id, label: token.label, scope: token.scope, made: isoOf(token.made), ...expiry(token) },
})

const shareDocument = (share: Share) => {
  const { id, portfolio, hideAmounts, made } = share
  return { id, portfolio, hideAmounts, made: isoOf(made), ...expiry(share) }
}
