import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, Refusal, type RefusalCode } from './problem.ts'

/** How often connections are looked at that take too long to say what they want. */
const LOOK_MS = 5_000

/** What the server says to requests that no route ever sees, in the words of all others. */
export const ON_THE_WIRE = {
  frameworkErrors: (_: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
    refuseAddress(request, reply),
  clientErrorHandler: (error: Error, socket: Socket) => refuseBytes(error, socket),
  http: { connectionsCheckingInterval: LOOK_MS },
}

/** An address that cannot be read, or a part of it that is too long. */
function refuseAddress({ id }: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(new Refusal('INVALID', 'The address cannot be read.', '/docs lists the routes.'))
  void reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problem, instance: id }))
}

const WORDS: Readonly<Record<string, readonly [RefusalCode, string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['TIMEOUT', 'The request took too long to arrive.', 'Send it again, faster.'],
  HPE_HEADER_OVERFLOW: ['TOO_LARGE', 'The headers or the address are too large.', 'Send less in them.'],
}

/** Bytes that are no request. Whoever sent them is told once, and cut off. */
function refuseBytes(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const known = WORDS[error.code ?? ''] ?? ['INVALID', 'This is no HTTP request.', 'Check what sends it.']
  const problem = problemOf(new Refusal(...known))
  const body = JSON.stringify(problem)
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nConnection: close\r\n` +
        `Content-Type: application/problem+json; charset=utf-8\r\nCache-Control: no-store\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  socket.destroy(error)
}
