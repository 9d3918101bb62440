import type { FastifyRequest } from 'fastify'
import { sameOrigin } from '../auth/hosts.ts'
import { Refusal } from '../problem.ts'
import type { Grant, LastingAuth } from '../types.ts'

/** Who wants to connect: a guest by what they showed, somebody who has a ticket to show, or who has to sign in again. */
export type Knock =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'ticket' }
  | { readonly kind: 'over' }

/**
 * Looks at a handshake. A browser says which page it comes from, and that has to be one of ours; a program says nothing
 * of the kind, and then needs a token, which no page of somebody else could send.
 * @throws Refusal FORBIDDEN, UNAUTHENTICATED, and INVALID for a credential in the address
 */
export async function knock(request: FastifyRequest, auth: LastingAuth): Promise<Knock> {
  const { origin, host, authorization, cookie } = request.headers
  if (origin !== undefined && !isOwnPage(origin, host, request.protocol)) throw stranger()
  const grant = await auth.grantOf(request)
  const isByHeader = authorization !== undefined
  if (grant === null && isByHeader) throw notGood()
  if (origin === undefined && (grant === null || grant.byCookie)) throw stranger()
  if (grant !== null) return { kind: 'granted', grant }
  return cookie?.includes('tidemark') === true ? { kind: 'over' } : { kind: 'ticket' }
}

/** A page that TLS brought may not be followed by one that it did not. */
function isOwnPage(origin: string, host: string | undefined, protocol: string): boolean {
  return sameOrigin(origin, host) && (protocol !== 'https' || origin.toLowerCase().startsWith('https://'))
}

const stranger = (): Refusal =>
  new Refusal(
    'FORBIDDEN',
    'This connection comes from a page of somebody else, or from none.',
    'Connect from a page of this server, or send "Authorization: Bearer …" with an API token.',
  )
const notGood = (): Refusal =>
  new Refusal(
    'UNAUTHENTICATED',
    'The session or token is not good, or no longer.',
    'Refresh the session or sign in again; an API token may have been revoked.',
  )
