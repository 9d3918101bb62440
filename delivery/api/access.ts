import type { Access } from './contract/route.ts'
import { Refusal } from './problem.ts'
import type { Principal, Role } from './types.ts'

const NEEDED: Readonly<Record<Exclude<Access, 'public' | 'self'>, readonly Role[]>> = {
  read: ['viewer', 'owner', 'admin'],
  write: ['owner', 'admin'],
  admin: ['admin'],
}

/**
 * Whether somebody may ask a route.
 * @throws Refusal UNAUTHENTICATED for nobody, FORBIDDEN for a role that is not enough, NOT_FOUND for a portfolio that a
 * share link does not show
 */
export function admit(access: Access, who: Principal | null, portfolio: string | undefined): void {
  if (access === 'public') return
  if (who === null)
    throw new Refusal(
      'UNAUTHENTICATED',
      'This needs a session or a token.',
      'Sign in, or send an API token ("tidemark users token").',
    )
  if (access === 'self') return
  if (!NEEDED[access].includes(who.role) || (who.portfolios !== null && access !== 'read'))
    throw new Refusal(
      'FORBIDDEN',
      `This needs the role ${NEEDED[access][0]}, and yours is ${who.role}.`,
      'Ask an admin of this server.',
    )
  if (who.portfolios !== null && (portfolio === undefined || !who.portfolios.includes(portfolio)))
    throw new Refusal('NOT_FOUND', 'There is no such portfolio.', 'Use the link as it was given.')
}
