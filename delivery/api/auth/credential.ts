import fastifyCookie from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../problem.ts'
import { cookieNames } from './cookies.ts'

/** What somebody shows to say who they are. */
export type Credential = { readonly text: string; readonly byCookie: boolean }

const READS = ['GET', 'HEAD']
/** No form and no other site can send it without asking first. */
export const OWN_HEADER = 'x-tidemark'
/** Names under which tokens are put into addresses, where logs and histories keep them. */
const IN_ADDRESSES =
  /^(?:(?:access|refresh|api|auth|id)?[_-]?(?:token|key)|jwt|auth|authorization|bearer|password|secret|ticket)$/i

/**
 * The credential of a request, null where it has none. The header counts before the cookie.
 * @throws Refusal INVALID for one in the address, FORBIDDEN for a change by cookie without our header
 */
export function credentialOf(request: FastifyRequest): Credential | null {
  refuseInAddress(request)
  const bearer = /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { text: bearer, byCookie: false }
  const text = cookieOf(request, 'access')
  if (text === null) return null
  if (!READS.includes(request.method)) refuseForeign(request)
  return { text, byCookie: true }
}

export function cookieOf(request: FastifyRequest, which: 'access' | 'refresh'): string | null {
  const { cookie } = request.headers
  if (cookie === undefined || cookie.length > 16_384) return null
  const name = cookieNames(request)[which]
  return fastifyCookie.fastifyCookie.parse(cookie)[name] ?? null
}

/** What changes something by cookie comes from our page. @throws Refusal FORBIDDEN */
export function refuseForeign({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  const ours = headers[OWN_HEADER] !== undefined && (site === undefined || site === 'same-origin')
  if (ours) return
  throw new Refusal(
    'FORBIDDEN',
    'What changes something by cookie needs the header that only our page sends.',
    `Send "${OWN_HEADER}: 1" from a page of this server, or an API token instead of the cookie.`,
  )
}

function refuseInAddress({ query }: FastifyRequest): void {
  const name = Object.keys(query ?? {}).find((key) => IN_ADDRESSES.test(key))
  if (name === undefined) return
  throw new Refusal(
    'INVALID',
    'A credential stands in the address, where histories and logs keep it.',
    'Send it as "Authorization: Bearer …". Revoke this one: it may have been seen.',
  )
}
