import { randomUUID } from 'node:crypto'
import compress from '@fastify/compress'
import helmet from '@fastify/helmet'
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors, validatorCompiler } from 'fastify-type-provider-zod'
import { visible } from '#core/reading.ts'
import { admit } from './access.ts'
import { readBodies } from './bodies.ts'
import { describeRoutes, showRoutes } from './docs.ts'
import type { Live } from './live/open.ts'
import { metricsOf } from './metrics.ts'
import { nothingHere, servePages } from './pages.ts'
import { problemOf, Refusal, withoutPlaces, type Problem } from './problem.ts'
import { readQuery } from './query-text.ts'
import { Told } from './told.ts'
import { lanes, registerRoutes, type Lanes, type Serving } from './routes.ts'
import { ON_THE_WIRE } from './wire.ts'

/** The prefix, and the one that an older contract had: the same handlers. */
export const PREFIXES = ['/api/v1', '/v2'] as const

const BODY_LIMIT = 1_000_000

export type ServerOptions = Serving & {
  /** Whether a `Host` header names this server; any other is somebody else's page (DNS rebinding). */
  readonly isOurs: (host: string) => boolean
  /** Addresses whose forwarded headers count; none by default. */
  readonly proxies: readonly string[]
  /** It speaks TLS itself; null where nobody can listen, or a proxy does. */
  readonly tls?: { readonly cert: string; readonly key: string } | null
  /** Only this machine reaches it: then its own pages (/docs, /metrics) need nobody to be signed in. */
  readonly local: boolean
  /** WebSockets; absent where there are none. */
  readonly live?: Live
  readonly version: string
  /** The folder that the page was built into. */
  readonly pages?: string | null
  /** Told every request that failed, without its query: `code` is ours. */
  readonly onProblem: (event: {
    id: string
    method: string
    route: string
    problem: Problem
    thrown: unknown
  }) => void
}

/** The HTTP server, not listening yet. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const how = {
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 30_000,
    maxRequestsPerSocket: 0,
    trustProxy: options.proxies.length === 0 ? false : [...options.proxies],
    genReqId: () => randomUUID(),
    requestIdHeader: false as const,
    forceCloseConnections: 'idle' as const,
    ...ON_THE_WIRE,
    routerOptions: { querystringParser: readQuery, maxParamLength: 300, ignoreTrailingSlash: false },
  }
  const { tls = null } = options
  // With and without TLS it is the same to everything that follows.
  const app = fastify({ ...how, ...(tls === null ? {} : { https: tls }) } as typeof how)
  readBodies(app)
  app.setValidatorCompiler(validatorCompiler)
  // Bodies are bytes by the time they come here.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  refuseStrangers(app, options)
  const shared = lanes()
  answerProblems(app, options, shared)
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        // On loopback there is no TLS to upgrade to.
        upgradeInsecureRequests: null,
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Loopback is plain http; before a proxy it is the proxy's to say.
    strictTransportSecurity: false,
  })
  await app.register(compress, { threshold: 1_024, encodings: ['br', 'gzip'] })
  const metrics = metricsOf(app)
  await describeRoutes(app, options.version)
  await options.live?.prepare(app)
  for (const prefix of PREFIXES)
    await app.register(
      async (scope) => {
        registerRoutes(scope, options, shared)
        options.live?.register(scope)
      },
      { prefix },
    )
  await servePages(app, options.pages ?? null)
  await app.register(async (scope) => {
    guardPages(scope, options)
    await showRoutes(scope)
    scope.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
    )
  })
  return app
}

/** What the server tells of itself is for those who look after it. */
function guardPages(scope: FastifyInstance, { local, auth }: ServerOptions): void {
  if (local) return
  scope.addHook('onRequest', async (request) => admit('admin', await auth.of(request), undefined))
}

function refuseStrangers(app: FastifyInstance, { isOurs }: ServerOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    // Of two names one would be checked and the other perhaps believed.
    const hosts = request.raw.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host')
    if (hosts.length > 1 || !isOurs(request.headers.host ?? ''))
      throw new Refusal(
        'MISDIRECTED',
        'This server has another name.',
        'Open it under the address that it printed, or start it with --host or --public-url.',
      )
  })
}

function answerProblems(app: FastifyInstance, { onProblem }: ServerOptions, { asking }: Lanes): void {
  app.setErrorHandler((error, request, reply) => {
    const thrown = refusalOf(error)
    const problem = thrown instanceof Told ? thrown.problem : problemOf(thrown)
    const route = request.routeOptions.url ?? '(none)'
    onProblem({ id: request.id, method: request.method, route, problem, thrown })
    const shown = asking.get(request)?.role === 'admin' ? problem : withoutPlaces(problem)
    if (thrown instanceof Refusal && thrown.retryAfter !== null)
      reply.header('retry-after', String(thrown.retryAfter))
    return reply
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify({ ...shown, instance: request.id }))
  })
}

/** What Fastify refuses by itself, in our words. */
function refusalOf(error: unknown): unknown {
  if (error instanceof Refusal || error instanceof Told || !(error instanceof Error)) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation
      .slice(0, 20)
      .map(
        ({ instancePath, message }) =>
          `${error.validationContext ?? ''}${instancePath || ''}: ${message ?? 'is not valid'}`,
      )
      // Names of unknown fields stand in it, as long as somebody made them.
      .map((fault) => visible(fault.slice(0, 200)))
    return new Refusal(
      'INVALID',
      'The request is not as this route takes it.',
      'Mend these; /docs shows each field.',
      { faults },
    )
  }
  const { statusCode, code } = error as Partial<FastifyError>
  // Of a way out of the page's folder.
  if (statusCode === 403 || statusCode === 404) return nothingHere()
  if (statusCode === 413) return new Refusal('TOO_LARGE', 'The body is too large.', 'Send less at once.')
  if (statusCode === 415)
    return new Refusal(
      'UNSUPPORTED_TYPE',
      'The body is of a type that is not taken here.',
      'Send application/json; a file of flows as text/csv.',
    )
  if (statusCode === 400)
    return new Refusal(
      'INVALID',
      `The request cannot be read (${code ?? 'malformed'}).`,
      'Check its JSON and its headers.',
    )
  return error
}
