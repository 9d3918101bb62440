import { printable } from '../../http/text.ts'
import type { RpcCall } from '../types.ts'
import { classify, refusal, type Refusal } from './errors.ts'

/** What came of one call: its result, or why there is none. */
export type Answer =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly refusal: Refusal }

export const refused = (refusal: Refusal): Answer => ({ ok: false, refusal })

/** What came over the network, or the answer's text with its circumstances. */
export type Reply = {
  readonly status: number
  readonly text: string
  readonly retryAfterMs: number | null
  readonly contentType: string
}

export type Numbered = { readonly id: number; readonly call: RpcCall }

/** Calls as they are sent: one alone is no list, since some endpoints refuse lists. */
export function envelope(calls: readonly Numbered[]): unknown {
  const all = calls.map(({ id, call }) => ({
    jsonrpc: '2.0',
    id,
    method: call.method,
    params: call.params,
  }))
  return all.length === 1 ? all[0] : all
}

/**
 * The answer to each call, in the order of the calls, whatever the order of the reply; null where the reply has none
 * for it. A reply that is one error for all of them is everybody's.
 */
export function readReply(
  calls: readonly Numbered[],
  reply: Reply,
  secrets: readonly string[],
): (Answer | null)[] {
  const body = parsed(reply.text)
  const method = calls[0]?.call.method ?? ''
  if (body === undefined) return calls.map(() => refused(noJson(reply, method, secrets)))
  if (!Array.isArray(body)) {
    const answer = answerOf(body, method, reply, secrets) ?? refused(noRpc(reply, method, secrets))
    // A result without a list cannot belong to several calls.
    if (calls.length > 1 && answer.ok) return calls.map(() => refused(noRpc(reply, method, secrets)))
    return calls.map(() => answer)
  }
  const byId = new Map<unknown, unknown>(body.map((item) => [objectOf(item)?.['id'], item]))
  return calls.map(({ id, call }) => answerOf(byId.get(id), call.method, reply, secrets))
}

function answerOf(
  item: unknown,
  method: string,
  { status, retryAfterMs }: Reply,
  secrets: readonly string[],
): Answer | null {
  const object = objectOf(item)
  if (object === null) return null
  const error = object['error'] ?? null
  if (error === null && status === 200) {
    return 'result' in object ? { ok: true, result: object['result'] } : null
  }
  const raw = errorOf(error ?? object)
  return raw === null ? null : refused(classify({ ...raw, status, retryAfterMs, method }, secrets))
}

function errorOf(error: unknown): { code: number | null; message: string; data: unknown } | null {
  if (typeof error === 'string') return { code: null, message: error, data: null }
  const object = objectOf(error)
  if (object === null) return null
  const { code, message, data } = object
  return {
    code: typeof code === 'number' ? code : null,
    message: typeof message === 'string' ? message : '',
    data,
  }
}

function noJson(
  { status, text, retryAfterMs, contentType }: Reply,
  method: string,
  secrets: readonly string[],
) {
  const html = text.trimStart().startsWith('<')
  if (status === 200) {
    const type = printable(contentType, 100, secrets)
    return refusal('malformed', html ? 'a page of HTML came' : `what came (${type}) is no JSON`)
  }
  // A page's text is not the node's word on the call.
  const message = html ? '' : text
  return classify({ status, code: null, message, data: null, retryAfterMs, method }, secrets)
}

function noRpc({ status, retryAfterMs }: Reply, method: string, secrets: readonly string[]): Refusal {
  if (status === 200) return refusal('malformed', 'what came is no answer of JSON-RPC')
  return classify({ status, code: null, message: '', data: null, retryAfterMs, method }, secrets)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
