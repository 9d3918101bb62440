import { Refusal } from '../../problem.ts'
import type { Call } from '../../routes.ts'
import type { Principal } from '../../types.ts'
import type { User } from '../accounts.ts'
import type { Authority } from '../authority.ts'
import type { Found } from '../records.ts'

export const isoOf = (time: number): string => new Date(time).toISOString()
export const isoOrNull = (time: number | null): string | null => (time === null ? null : isoOf(time))
export const expiry = ({ expires }: { expires: number | null }) => ({ expires: isoOrNull(expires) })

export function stampOf(now: () => number) {
  return { schemaVersion: 1 as const, asOf: isoOf(now()) }
}

/** The one who asks. Routes are public or have one. */
export function askerOf({ who }: Pick<Call, 'who'>): Principal {
  if (who === null) throw new Error('a route that needs somebody was asked by nobody')
  return who
}

/**
 * The account of the one who asks, by a sign-in: a token or a link that got into other hands gives no more tokens.
 * @throws Refusal FORBIDDEN
 */
export async function accountOf(authority: Authority, call: Pick<Call, 'who'>): Promise<Found<User>> {
  const { by, user } = askerOf(call)
  if (by !== 'session')
    throw new Refusal('FORBIDDEN', 'This needs somebody who has signed in.', 'Sign in with your password.')
  const found = await authority.accounts.find(user)
  if (found === null) throw new Refusal('UNAUTHENTICATED', 'The session is over.', 'Sign in again.')
  return found
}

export const notThere = (what: string): Refusal =>
  new Refusal('NOT_FOUND', `There is no such ${what}.`, 'List them: it may be gone already.')
