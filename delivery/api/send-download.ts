import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Download } from './export/pieces.ts'
import type { Call } from './routes.ts'

/** How long a download may stand still, and last; in milliseconds. */
export type Patience = { readonly idle: number; readonly whole: number }
export const PATIENCE: Patience = { idle: 60_000, whole: 60 * 60_000 }

/**
 * Sends a file as it is made: where the reader is slower, the making waits, though not for ever.
 * @param leave called once whatever it took is free again
 */
export async function sendDownload(
  make: () => Promise<Download>,
  { request, reply }: Call,
  leave: () => void,
  patience: Patience = PATIENCE,
): Promise<FastifyReply> {
  try {
    const { type, name, pieces } = await make()
    reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${name}"`)
      .type(type)
    if (request.method !== 'HEAD') return reply.send(watched(pieces, reply, leave, patience))
    // Begun and left, so that whoever makes it ends.
    for await (const _ of pieces) break
    leave()
    return reply.send()
  } catch (error) {
    leave()
    throw error
  }
}

/** The pieces as a stream that ends, with its connection, when nobody takes them any more. */
function watched(
  pieces: Download['pieces'],
  { raw }: FastifyReply,
  leave: () => void,
  { idle, whole }: Patience,
): Readable {
  const iterator = pieces[Symbol.asyncIterator]()
  // What stands still has bytes on the way that will never arrive: the connection goes too.
  const cut = () => {
    stream.destroy()
    raw.destroy()
  }
  const late = setTimeout(cut, whole).unref()
  let still: NodeJS.Timeout | undefined
  const taken: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => taken,
    next: async () => {
      clearTimeout(still)
      const piece = await iterator.next()
      // Whoever makes it may take their time; whoever reads it not for ever.
      still = setTimeout(cut, idle).unref()
      return piece
    },
  }
  const stream = Readable.from(taken, { objectMode: false, highWaterMark: 1 })
  stream.once('close', () => {
    clearTimeout(still)
    clearTimeout(late)
    void iterator.return?.()
    leave()
  })
  // Who has gone before the first piece takes none.
  raw.once('close', () => stream.destroy())
  if (raw.destroyed) stream.destroy()
  return stream
}
