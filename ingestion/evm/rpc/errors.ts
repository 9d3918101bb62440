import { printable } from '../../http/text.ts'
import { PATTERNS, type Pattern } from './patterns.ts'

/** What a refusal means for whoever asked. */
export type RefusalKind =
  /** Too many requests: the same one later. */
  | 'rate'
  /** What was paid for is used up until the next day. */
  | 'quota'
  /** The key is wrong or has no rights. */
  | 'credential'
  /** Nothing is given from here: a wrong path, an address that is not allowed. */
  | 'closed'
  /** It is an endpoint of another chain. */
  | 'foreign'
  /** Too many blocks in one request. */
  | 'range'
  /** Too many results in one answer. */
  | 'results'
  /** Too large or too slow: ask for less. */
  | 'size'
  /** The state or the logs of so old a block are not kept here. */
  | 'archive'
  /** The method is unknown, not in the plan, or wants what is not given. */
  | 'unsupported'
  /** So many calls in one request, or more than one, are not taken. */
  | 'batch'
  /** The block is not known here yet. */
  | 'lagging'
  /** The contract said no: an answer. */
  | 'reverted'
  /** This call cannot be answered, here or elsewhere. */
  | 'failed'
  /** The node failed at this call: once more, and then it cannot be answered. */
  | 'internal'
  /** No answer of JSON-RPC. */
  | 'malformed'
  /** No answer came in time. */
  | 'slow'
  /** Nothing usable came: try again, or elsewhere. */
  | 'dead'

export type Refusal = {
  readonly kind: RefusalKind
  /** The node's own words, fit to print. */
  readonly words: string
  readonly retryAfterMs: number | null
  /** Blocks (`range`), results (`results`) or calls (`batch`) that are allowed, where the words say so. */
  readonly most: number | null
  /** A range of blocks that the node says would work, both ends included. */
  readonly suggested: { readonly from: number; readonly to: number } | null
}

/** An error as it came: the status of HTTP, and of the error in the body what there is. */
export type RawError = {
  readonly status: number
  readonly code: number | null
  readonly message: string
  readonly data: unknown
  readonly retryAfterMs: number | null
  readonly method: string
}

const MAX_WORDS = 300

/** What an error means. The words decide, since hosts put limits under any code and status. Pure. */
export function classify(error: RawError, secrets: readonly string[] = []): Refusal {
  const { status, code, message } = error
  const found = PATTERNS.find((pattern) => fits(pattern, error))
  const said = printable(message, MAX_WORDS, secrets)
  return {
    kind: found?.kind ?? (status >= 500 ? 'dead' : kindOfCode(code)) ?? kindOfStatus(status),
    words: said === '' ? `HTTP ${status}` : `${said}${code === null ? '' : ` (${code})`}`,
    retryAfterMs: error.retryAfterMs,
    most: numberIn(found?.text?.exec(message)),
    suggested: rangeIn(message) ?? rangeOf(error.data),
  }
}

/** A refusal that no node said: of the network, or found by looking at an answer. */
export function refusal(kind: RefusalKind, words: string, most: number | null = null): Refusal {
  return { kind, words, retryAfterMs: null, most, suggested: null }
}

const LOGS = /^(?:eth_getLogs|eth_newFilter|trace_filter)$/

function fits(pattern: Pattern, { status, code, message, method }: RawError): boolean {
  if (pattern.logs === true && !LOGS.test(method)) return false
  if (pattern.codes?.includes(code ?? NaN) === true) return true
  if (pattern.statuses?.includes(status) === true) return true
  return pattern.text?.test(message) === true
}

function kindOfCode(code: number | null): RefusalKind | null {
  if (code === -32600 || code === -32602 || code === -32700 || code === -32003) return 'failed'
  return code === null ? null : 'internal'
}

function kindOfStatus(status: number): RefusalKind {
  if (status === 403 || status === 404 || status === 405 || status === 410) return 'closed'
  if (status >= 300 && status < 400) return 'closed'
  return status === 408 || status >= 500 ? 'dead' : 'malformed'
}

/** The first number that a pattern caught: `10,000`, `10K` and `10000` are one number. */
function numberIn(match: RegExpExecArray | null | undefined): number | null {
  const text = match?.slice(1).find((group) => group !== undefined)
  const parts = /^(\d[\d,_]*)\s*(k?)$/i.exec(text ?? '')
  const digits = Number(parts?.[1]?.replaceAll(/[,_]/g, ''))
  if (parts === null || !Number.isSafeInteger(digits) || digits < 1) return null
  return parts[2] === '' ? digits : digits * 1_000
}

function rangeIn(message: string): Refusal['suggested'] {
  const [, from, to] = /\[\s*(0x[0-9a-f]{1,13})\s*,\s*(0x[0-9a-f]{1,13})\s*\]/i.exec(message) ?? []
  return rangeOf({ from, to })
}

function rangeOf(data: unknown): Refusal['suggested'] {
  if (typeof data !== 'object' || data === null) return null
  const [from, to] = ['from', 'to'].map((name) => blockOf((data as Record<string, unknown>)[name]))
  return from === undefined || to === undefined || !(from <= to) ? null : { from, to }
}

const blockOf = (value: unknown): number =>
  typeof value === 'string' && /^0x[0-9a-f]{1,13}$/i.test(value) ? Number(value) : NaN
