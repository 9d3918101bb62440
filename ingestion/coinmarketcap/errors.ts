import { DAY_MS } from '#core/hour.ts'
import { monthEnd, monthOf } from '#core/month.ts'
import type { FailureKind } from '../http/failure.ts'
import type { Verdict } from '../http/options.ts'
import { Envelope } from './schema.ts'

const MINUTE_MS = 60_000
/** An address that many share is limited as one: it waits longer than a key's minute. */
const ADDRESS_WAIT_MS = 2 * MINUTE_MS

const KINDS: Readonly<Record<number, FailureKind>> = {
  1001: 'credential',
  1002: 'credential',
  1003: 'credential',
  1004: 'credential',
  1005: 'credential',
  1006: 'plan-reach',
  1007: 'credential',
  1008: 'rate-limited',
  1009: 'rate-limited',
  1010: 'rate-limited',
  1011: 'rate-limited',
  4001: 'not-found',
}

/**
 * Reads an error of CoinMarketCap: its code says which 429 it is. Minutes pass; a day's credits come back at midnight
 * UTC and a month's with the next month, so that calls before then are useless.
 */
export function judgeAt(now: () => number): (status: number, body: string) => Verdict {
  return (_status, body) =>
    verdictOf(parsed(body), now()) ?? { kind: null, code: null, text: plainText(body) }
}

/** The error in an answer with status 200, which then holds no valid data. */
export function inspectAt(now: () => number): (value: unknown) => Verdict | null {
  return (value) => {
    const verdict = verdictOf(value, now())
    return verdict === null || verdict.code === 0 ? null : { ...verdict, kind: verdict.kind ?? 'request' }
  }
}

function verdictOf(value: unknown, now: number): Verdict | null {
  const envelope = Envelope.safeParse(value)
  if (!envelope.success) return null
  const { error_code, error_message } = envelope.data.status
  const code = Number(error_code ?? 0)
  const waitMs = waitOf(code, now)
  return {
    kind: KINDS[code] ?? (code >= 500 && code < 600 ? 'server' : null),
    code: Number.isInteger(code) ? code : -1,
    text: error_message ?? null,
    ...(waitMs === null ? {} : { waitMs }),
  }
}

function waitOf(code: number, now: number): number | null {
  if (code === 1008) return MINUTE_MS
  if (code === 1009) return DAY_MS - (now % DAY_MS)
  if (code === 1010) return monthEnd(monthOf(now)) - now
  return code === 1011 ? ADDRESS_WAIT_MS : null
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function plainText(body: string): string | null {
  const trimmed = body.trim()
  if (trimmed === '') return null
  return trimmed.startsWith('<') ? 'an HTML page' : trimmed
}
