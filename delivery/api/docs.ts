import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { answersOf } from './docs-answers.ts'

const PREFIX = '/api/v1'

/** Collects every route that is registered after it into one OpenAPI document; the older prefix stays out of it. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidemark',
        version,
        description:
          'Amounts are decimal text; what is missing is null, never 0. Every value has its quality, every total its coverage. Errors are problem documents (RFC 9457) with a code and the next step.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, ...rest }) => {
      if (!url.startsWith(`${PREFIX}/`)) return { schema: { ...(schema ?? {}), hide: true }, url }
      const described = jsonSchemaTransform({ schema, url, ...rest })
      const { operationId = '' } = described.schema as { operationId?: string }
      const { response } = described.schema as { response?: object }
      return {
        ...described,
        schema: { ...described.schema, response: { ...response, ...answersOf(operationId) } },
      }
    },
  })
}

/** The page of the routes, and their document beside it. */
export async function showRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
}
