import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Call } from './routes.ts'
import type { Ask, Runner } from './types.ts'

/** Sends a file as it is made: where the reader is slower, the making waits. */
export async function sendDownload(
  ask: Ask<'export'>,
  { request, reply }: Call,
  runner: Runner,
): Promise<FastifyReply> {
  const { type, name, pieces } = await runner.download(ask)
  reply.header('cache-control', 'no-store').header('content-disposition', `attachment; filename="${name}"`)
  if (request.method === 'HEAD') {
    // Begun and left, so that whoever makes it ends.
    for await (const _ of pieces) break
    return reply.type(type).send()
  }
  return reply.type(type).send(Readable.from(pieces, { objectMode: false, highWaterMark: 1 }))
}
