import type { FastifyInstance, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client'

/**
 * What the server did, for Prometheus. Labels are the names of routes and statuses, which are few, whatever is asked:
 * nothing that a request brings becomes one.
 */
export function metricsOf(app: FastifyInstance): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const took = new Histogram({
    name: 'tidemark_http_request_seconds',
    help: 'How long requests took, by route and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  const refused = new Counter({
    name: 'tidemark_http_refused_total',
    help: 'Requests that were refused, by status.',
    labelNames: ['status'],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const status = String(reply.statusCode)
    took.observe({ route: routeOf(request), method: methodOf(request), status }, reply.elapsedTime / 1_000)
    if (reply.statusCode >= 400) refused.inc({ status })
  })
  return () => registry.metrics()
}

const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? '(none)'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'])
const methodOf = ({ method }: FastifyRequest): string => (METHODS.has(method) ? method : 'other')
