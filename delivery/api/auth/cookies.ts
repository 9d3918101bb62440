import fastifyCookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ACCESS_MINUTES } from './access-token.ts'
import { hostName, hostPort, isLoopback } from './hosts.ts'
import { IDLE_DAYS } from './sessions.ts'

type Names = { readonly access: string; readonly refresh: string }

/**
 * Names of the two cookies. On plain http of the loopback, where browsers refuse the prefix, they have the port in them:
 * cookies are of a host, and another program on it would put its own in their place.
 */
export function cookieNames(request: FastifyRequest): Names {
  const stem = isPlain(request)
    ? `tidemark-${hostPort(request.headers.host ?? '') || '80'}`
    : '__Host-tidemark'
  return { access: stem, refresh: `${stem}-refresh` }
}

export function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  tokens: { readonly access: string; readonly refresh: string },
): void {
  const names = cookieNames(request)
  write(request, reply, [
    [names.access, tokens.access, ACCESS_MINUTES * 60],
    [names.refresh, tokens.refresh, IDLE_DAYS * 86_400],
  ])
}

export function clearCookies(request: FastifyRequest, reply: FastifyReply): void {
  const { access, refresh } = cookieNames(request)
  write(request, reply, [
    [access, '', 0],
    [refresh, '', 0],
  ])
}

function write(
  request: FastifyRequest,
  reply: FastifyReply,
  cookies: readonly (readonly [name: string, value: string, maxAge: number])[],
): void {
  const secure = !isPlain(request)
  const options = { path: '/', httpOnly: true, secure, sameSite: 'strict' } as const
  const lines = cookies.map(([name, value, maxAge]) =>
    fastifyCookie.fastifyCookie.serialize(name, value, { ...options, maxAge }),
  )
  reply.header('set-cookie', lines)
}

/** Only between programs of one machine does a session go over a line that nobody encrypts. */
function isPlain({ protocol, headers }: FastifyRequest): boolean {
  const name = hostName(headers.host ?? '')
  return protocol === 'http' && name !== null && isLoopback(name)
}
