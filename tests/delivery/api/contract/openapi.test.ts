import { describe, expect, test } from 'vitest'
import { problemsOf } from '#delivery/api/docs-answers.ts'
import { world } from './world.ts'
import { NAMES, routeOf } from './requests.ts'
import { takesKey } from '#delivery/api/routes.ts'

type Operation = {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> }
}
type Document = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

async function described(): Promise<ReadonlyMap<string, Operation>> {
  const { ask, as } = await world()
  const reply = await ask('GET //docs/json', { as: as.ada ?? '' })
  const { openapi, paths } = reply.json() as unknown as Document
  expect([reply.statusCode, openapi]).toEqual([200, '3.1.0'])
  return new Map(
    Object.values(paths).flatMap((each) => Object.values(each).map((one) => [one.operationId, one])),
  )
}

describe('the OpenAPI document', () => {
  test('names for every route its answer, its fields, and every refusal as a problem document', async () => {
    const all = await described()
    for (const name of NAMES) {
      const route = routeOf(name)
      const operation = all.get(name)
      const { responses = {}, parameters = [], requestBody } = operation ?? {}
      expect(Object.keys(responses), name).toContain(String(route.status ?? 200))
      for (const status of problemsOf(name, route))
        expect(Object.keys(responses[String(status)]?.content ?? {}), `${name} ${status}`).toEqual([
          'application/problem+json',
        ])
      const fields = [
        ...Object.keys(route.query?.shape ?? {}),
        ...Object.keys(route.params?.shape ?? {}),
        ...(takesKey(route) ? ['idempotency-key'] : []),
      ]
      expect(parameters.map((each) => each.name).sort(), name).toEqual(fields.sort())
      expect(requestBody !== undefined, name).toBe(route.body !== undefined)
    }
  })
})
