import { describe, expect, test } from 'vitest'
import { ROUTES } from '#delivery/api/contract.ts'
import { OWNER, stand } from './stand.ts'

type OpenApi = { paths: Record<string, Record<string, { operationId: string; summary: string }>> }

describe("the server's own pages", () => {
  test('the OpenAPI document names every route of the contract once, and no other', async () => {
    const { app } = await stand()
    const answer = await app.inject('/docs/json')
    expect(answer.statusCode).toBe(200)
    const { paths } = answer.json<OpenApi>()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [
        operationId,
        `${method.toUpperCase()} ${path}`,
      ]),
    )
    const expected = Object.entries(ROUTES).map(([name, { method, path }]) => [
      name,
      `${method} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
    ])
    expect(described.sort()).toEqual(expected.sort())
  })

  test('its page comes with a policy that lets nothing else in', async () => {
    const { app } = await stand()
    const page = await app.inject('/docs/')
    expect([page.statusCode, page.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ])
    const policy = String(page.headers['content-security-policy'])
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'")
    expect(policy).toContain('script-src')
  })

  test('A40: from outside they are an admin’s; nobody and a viewer see neither', async () => {
    for (const [who, status] of [
      [null, 401],
      [{ ...OWNER, role: 'viewer' as const }, 403],
      [OWNER, 200],
    ] as const) {
      const { app } = await stand(who)
      for (const path of ['/metrics', '/docs/json', '/docs/'])
        expect((await app.inject(path)).statusCode, `${path} for ${who?.role ?? 'nobody'}`).toBe(status)
    }
  })

  test('A15: whatever is asked for, labels are names of routes', async () => {
    const { app } = await stand()
    for (let at = 0; at < 50; at++) await app.inject(`/nothing/${at}"},evil{x="${at}`)
    await app.inject('/api/v1/portfolios')
    const text = (await app.inject('/metrics')).body
    expect(text).toContain(
      'tidemark_http_request_seconds_count{route="/api/v1/portfolios",method="GET",status="200"} 1',
    )
    expect(text).toContain('route="(none)"')
    expect(text).not.toContain('evil')
    expect(
      text.split('\n').filter((line) => line.startsWith('tidemark_http_request_seconds_count')),
    ).toHaveLength(2)
  })
})
