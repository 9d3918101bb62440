import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from './problem.ts'

/** What its files are called has their content in it: they are never asked for twice. */
const FOR_GOOD = { maxAge: '1y', immutable: true } as const
/** Paths that are the server's own: what is not there is a problem document, not the page. */
const OWN = /^\/(?:api|v2|docs|metrics|static)(?:\/|$)/i
const FILE = /\.(?:[cm]?js|css|map|html?|php|json|xml|txt|ico|png|svg|webp|woff2?|env|ya?ml)$/i

/**
 * The page, and an answer for every path that is nothing else.
 * @param folder where it was built; null for a server without one
 */
export async function servePages(app: FastifyInstance, folder: string | null): Promise<void> {
  const isBuilt = folder !== null && existsSync(join(folder, 'index.html'))
  if (folder !== null && isBuilt)
    await app.register(fastifyStatic, {
      root: join(folder, 'static'),
      prefix: '/static/',
      index: false,
      dotfiles: 'ignore',
      preCompressed: true,
      allowedPath: (path) => !/\.map(?:\.|$)/i.test(path),
      ...FOR_GOOD,
    })
  const page = async (_: FastifyRequest, reply: FastifyReply) => {
    if (folder === null || !isBuilt) return reply.code(503).type('text/html; charset=utf-8').send(UNBUILT)
    reply.header('cache-control', 'no-cache')
    return reply.sendFile('index.html', folder, { cacheControl: false })
  }
  app.get('/', { schema: { hide: true } }, page)
  app.setNotFoundHandler(async (request, reply) => {
    if (isPlaceOfPage(request)) return page(request, reply)
    throw nothingHere()
  })
}

export const nothingHere = (): Refusal =>
  new Refusal('NOT_FOUND', 'There is nothing here.', '/docs lists the routes.')

/** Whether a browser opens a place that the page knows by itself, such as `/pnl` or `/assets/bitcoin`. */
function isPlaceOfPage({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (!/\btext\/html\b/.test(headers.accept ?? '')) return false
  const [path = ''] = url.split('?', 1)
  if (!/^\/(?!\/)[\w~:@.%+,-]+(?:\/[\w~:@.%+,-]+)*\/?$/.test(path)) return false
  const plain = decoded(path)
  if (plain === null || OWN.test(plain) || FILE.test(plain)) return false
  return !/[\\\p{Cc}]|\/\//u.test(plain) && !plain.split('/').some((part) => part === '.' || part === '..')
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

const UNBUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tidemark</title>
<h1>Tidemark</h1>
<p>The server runs, and its page was not built: run <code>npm run build</code> and start it again.</p>
<p>The API is below <code>/api/v1</code>; <a href="/docs">/docs</a> shows its routes.</p>
</html>
`
