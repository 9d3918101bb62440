import { Problem, problemOf, unreachable } from './problem.ts'
import { authorization, BASE, openShare, OURS, renew } from './session.ts'
import type { Answer, Ask, Call } from './types.ts'

type Parts = {
  readonly params?: Readonly<Record<string, unknown>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
}
export type Options = {
  readonly signal?: AbortSignal | undefined
  /** Makes a repeated write the same write; made up for each call unless given. */
  readonly idempotencyKey?: string
}

/**
 * Asks the API, as in `api('GET /portfolio/dashboard', { query: { range: '7d' } })`; the contract says what comes back.
 * A session that has run out is renewed and the request sent once more.
 * @throws Problem whatever goes wrong
 */
export async function api<C extends Call>(
  call: C,
  ...[ask, options]: Record<never, unknown> extends Ask<C>
    ? [ask?: Ask<C>, options?: Options]
    : [ask: Ask<C>, options?: Options]
): Promise<Answer<C>> {
  const response = await answered(call, (ask ?? {}) as Parts, options ?? {})
  return (response.status === 204 ? null : await response.json()) as Answer<C>
}

/** A download, with the name that the server gives it. */
export async function download(
  call: 'GET /export',
  ask: Ask<'GET /export'>,
): Promise<{ blob: Blob; name: string }> {
  const response = await answered(call, ask, {})
  const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  return { blob: await response.blob(), name: named ?? 'tidemark' }
}

async function answered(call: Call, parts: Parts, options: Options): Promise<Response> {
  await openShare()
  const began = Date.now()
  const request = requestOf(call, parts, options)
  const first = await send(request, options)
  if (first.ok) return first
  const renews = first.status === 401 && !request.url.startsWith(`${BASE}/session`)
  if (!renews || !(await renew(began))) throw await problemOf(first)
  const second = await send(request, options)
  if (second.ok) return second
  throw await problemOf(second)
}

type Prepared = { readonly url: string; readonly method: string; readonly init: RequestInit }

function requestOf(call: Call, { params, query, body }: Parts, { idempotencyKey }: Options): Prepared {
  const [method = 'GET', template = ''] = call.split(' ')
  const path = template.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(textOf(params?.[name])))
  const url = BASE + path + queryText(query)
  if (method === 'GET') return { url, method, init: {} }
  // A file goes as it is, everything else as JSON.
  const content = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/csv' : 'application/json'
  const key = idempotencyKey ?? newKey()
  const headers = {
    ...OURS,
    ...(content === null ? {} : { 'content-type': type }),
    // What opens a session is never answered from memory.
    ...(path.startsWith('/session') || key === null ? {} : { 'idempotency-key': key }),
  }
  return { url, method, init: { headers, ...(content === null ? {} : { body: content }) } }
}

async function send({ url, method, init }: Prepared, { signal }: Options): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      ...{ method, credentials: 'same-origin' },
      headers: { ...(init.headers as Record<string, string> | undefined), ...authorization() },
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw unreachable()
  }
}

function queryText(query: Parts['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null)
  if (given.length === 0) return ''
  return `?${new URLSearchParams(given.map(([name, value]) => [name, textOf(value)])).toString()}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Null where the page is not a secure one, which has no source of them. */
function newKey(): string | null {
  return typeof crypto.randomUUID === 'function' ? crypto.randomUUID() : null
}

/** Whether it would be the same again: then nobody waits for another try. */
export function isFinal(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429
}
